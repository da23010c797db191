import { type Hub, inTransaction, logHead, operationsReport } from '@tsudoi/hub';
import { fillLog } from '@tsudoi/hub/fill-log';
import { completedJob, draftedJob, newPerson } from '@tsudoi/hub/testing';
import type { Fault } from './fault.ts';
import { whatIsWrong } from './invariants.ts';
import { type Stage, until } from './stage.ts';

/** What ten minutes at twenty events a second leave behind. */
const tenMinutes = 12_000;

const natsAway: Fault = {
  name: 'nats-away',
  fault: `nats-server is away while ${tenMinutes} events come, as in ten minutes at full load, and comes back`,
  invariant:
    'no command notices and jobs are done meanwhile; the operations page says that NATS is away and the publisher late; the copy catches up within a minute, in order and without gaps',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    stage.startRoles('publisher', 'projector', 'reaper');
    for (let i = 0; i < 5; i++) await newPerson(hub);
    await copied(stage, (await logHead(hub.sql)).position);
    await stage.killNats();
    const slowest = await slowestOf(100, () => newPerson(hub));
    await completedJob(hub, await draftedJob(hub), 'documents');
    await fillLog(hub, tenMinutes);
    // By now the publisher waits long between its attempts, as it does in a real outage.
    await until('the operations page says so', 30, async () => {
      const codes = (await alarms(hub)).map(({ code, params }) => `${code} ${params.name ?? ''}`.trim());
      return codes.includes('nats-away') && codes.includes('follower-late publisher');
    });
    await stage.startNats();
    const started = performance.now();
    const { position } = await logHead(hub.sql);
    await copied(stage, position, 60);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    return {
      problem: await whatIsWrong(stage, hub),
      seen: `${position} events; slowest command ${Math.round(slowest)} ms; a job was done; both alarms; caught up after ${seconds} s`,
    };
  },
};

async function alarms(hub: Hub) {
  const report = await operationsReport(hub, { published: { problem: 'nobody answers' }, folders: [] });
  return report.alarms;
}

const twoOfEach: Fault = {
  name: 'two-of-each',
  fault: 'two publishers, two projectors and two reapers at once',
  invariant: 'no position is published or projected twice or passed over',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    for (let i = 0; i < 2; i++) stage.startRoles('publisher', 'projector', 'reaper');
    await Promise.all(Array.from({ length: 150 }, () => newPerson(hub)));
    const problem = await whatIsWrong(stage, hub);
    return { problem, seen: `${(await logHead(hub.sql)).position} events` };
  },
};

/** PostgreSQL is put back to a copy of an earlier moment; the stream knows what came later. */
const restored = (name: string, how: string, goesOn: boolean): Fault => ({
  name,
  fault: `the database is restored to an earlier state${how}, while NATS keeps what came later`,
  invariant:
    'the publisher writes nothing, says so where the operations page reads it, and publishes again after the stream was deleted by hand',
  async run(stage) {
    const roles = stage.startRoles('publisher');
    const hub = stage.hub({ owner: true });
    for (let i = 0; i < 5; i++) await newPerson(hub);
    await copied(stage, (await logHead(hub.sql)).position);
    const before = (await logHead(hub.sql)).position;
    for (let i = 0; i < 5; i++) await newPerson(hub);
    const published = (await logHead(hub.sql)).position;
    await copied(stage, published);
    await roles.stop();
    await cutBack(stage, before);
    if (goesOn) for (let i = 0; i < 8; i++) await newPerson(hub);
    const again = stage.startRoles('publisher');
    const error = async () =>
      (await hub.sql`select error from reactor where name = 'publisher'`)[0]?.error ?? null;
    await until('the publisher says that it halts', 10, async () =>
      /is not a copy of this log/.test(await error()),
    );
    const halted = await stage.published((copy) => copy.lastSequence());
    await again.stop();
    if (halted !== published)
      return { problem: `the stream moved from ${published} to ${halted}`, seen: 'it did not halt' };
    const said = String(await error());
    await stage.killNats({ withStore: true });
    await stage.startNats();
    stage.startRoles('publisher', 'projector');
    return { problem: await whatIsWrong(stage, hub), seen: `halted at ${published}: ${said.slice(0, 120)}…` };
  },
});

export const publication: readonly Fault[] = [
  natsAway,
  twoOfEach,
  restored('database-restored', '', false),
  restored('database-diverged', ' and then goes on differently', true),
];

const copied = (stage: Stage, position: number, seconds = 20) =>
  until(`NATS at ${position}`, seconds, async () => {
    return (await stage.published((copy) => copy.lastSequence())) === position;
  });

async function slowestOf(times: number, work: () => Promise<unknown>): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    slowest = Math.max(slowest, performance.now() - started);
  }
  return slowest;
}

/** What a restore leaves: the log and everything that follows from it end at an earlier position. */
async function cutBack(stage: Stage, position: number): Promise<void> {
  const { sql } = stage.hub({ owner: true });
  await inTransaction(sql, 'read write', (tx) =>
    tx.unsafe(`
    alter table event disable trigger all;
    delete from command_receipt where position > ${position};
    delete from event where position > ${position};
    alter table event enable trigger all;
    delete from permission_grant where person_id::text not in (select stream_id from event);
    delete from stream where (stream_type, stream_id) not in (select stream_type, stream_id from event);
    update log_head set position = ${position}, hash = (select hash from event where position = ${position});
  `),
  );
}
