import { execute, expiredLeases, logHead, retryProjection, verifyLog } from '@tsudoi/hub';
import { claim, draftedJob, newNode, newPerson, system } from '@tsudoi/hub/testing';
import { Rejection } from '@tsudoi/schema';
import type { Fault } from './fault.ts';
import { whatIsWrong } from './invariants.ts';
import { diskFull } from './scenarios/disk-full.ts';
import { machineFaults } from './scenarios/machines.ts';
import { until } from './stage.ts';

const headHeld: Fault = {
  name: 'head-held',
  fault: 'a hung transaction holds the head of the log',
  invariant:
    'commands fail within seconds with hub.busy, write nothing, and go through afterwards under the same ids',
  async run(stage) {
    const hub = stage.hub();
    const holder = stage.hub({ owner: true, poolSize: 1 });
    const { position } = await logHead(hub.sql);
    const group = (n: number) => ({
      type: 'group.create' as const,
      data: { groupId: crypto.randomUUID(), slug: `held-${n}`, nameJa: `保留 ${n}`, nameEn: `Held ${n}` },
    });
    const sent = Array.from({ length: 10 }, (_, n) => ({
      command: group(n),
      commandId: crypto.randomUUID(),
    }));
    const sendAll = () =>
      Promise.allSettled(
        sent.map(({ command, commandId }) => execute(hub, command, { actor: system, commandId })),
      );
    const session = await holder.sql.reserve();
    await session`begin`;
    await session`select 1 from log_head for update`;
    const started = performance.now();
    const refused = await sendAll();
    const seconds = (performance.now() - started) / 1000;
    const written = (await logHead(hub.sql)).position - position;
    await session`rollback`;
    session.release();
    const passed = (await sendAll()).filter(({ status }) => status === 'fulfilled').length;
    const busy = refused.filter((one) => one.status === 'rejected' && isBusy(one.reason)).length;
    const holds = busy === sent.length && written === 0 && passed === sent.length && seconds < 10;
    const seen = `${busy} of ${sent.length} busy after ${seconds.toFixed(1)} s, ${written} written, ${passed} passed afterwards`;
    return { problem: holds ? null : seen, seen };
  },
};

const longTransaction: Fault = {
  name: 'long-transaction',
  fault: 'a writing transaction somewhere in the database stays open',
  invariant: 'readers of the log, publisher and projector go on without waiting for it',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    stage.startRoles('publisher', 'projector');
    const session = await hub.sql.reserve();
    await session`begin`;
    await session`create table left_open (n integer)`;
    await session`insert into left_open values (1)`;
    for (let i = 0; i < 20; i++) await newPerson(hub);
    const problem = await whatIsWrong(stage, hub, 10);
    await session`rollback`;
    session.release();
    return { problem, seen: `caught up at ${(await logHead(hub.sql)).position} while it was open` };
  },
};

const staleLease: Fault = {
  name: 'stale-lease',
  fault: 'a worker sleeps past its lease, another takes the job, the first wakes up and reports',
  invariant:
    'whoever holds an older epoch is refused; the job belongs to one worker at a time, by the database’s clock',
  async run(stage) {
    const hub = stage.hub({ leaseSeconds: 1 });
    stage.startRoles('reaper');
    const [first, second] = [await newNode(hub), await newNode(hub)];
    const jobId = await draftedJob(hub);
    const lease = await claim(hub, first, jobId);
    await until('the lease has run out and the job is queued again', 10, async () => {
      const [row] = await hub.sql`select state from job_queue where job_id = ${jobId}`;
      return row.state === 'queued' && (await expiredLeases(hub)).length === 0;
    });
    const next = await claim(hub, second, jobId);
    const late = await execute(
      hub,
      {
        type: 'job.fail',
        data: {
          jobId,
          epoch: lease!.epoch,
          rejection: { code: 'job.unknown', params: { jobId } },
          retryable: true,
        },
      },
      { actor: first, commandId: crypto.randomUUID() },
    ).then(
      () => 'accepted',
      (error: unknown) => (error instanceof Rejection ? error.code : String(error)),
    );
    const seen = `epochs ${lease!.epoch} and ${next!.epoch}; the late report: ${late}`;
    const holds = late === 'lease.stale-epoch' && next!.epoch === lease!.epoch + 1;
    return { problem: holds ? (await verifyLog(hub)).log.problem : seen, seen };
  },
};

const poisonEvent: Fault = {
  name: 'poison-event',
  fault: 'an event that one projection cannot take',
  invariant:
    'that projection stops in front of it and says why, all others and all commands go on; after the fix a retry catches up',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    stage.startRoles('publisher', 'projector');
    for (let i = 0; i < 5; i++) await newPerson(hub);
    await until('the projector has caught up', 10, () => caughtUp('people'));
    // The row that the next event would insert is there already.
    await hub.sql`alter table view_person add constraint poison check (joined_at < now() - interval '1 day') not valid`;
    for (let i = 0; i < 5; i++) await newPerson(hub);
    await until('the projection of people has stopped', 10, async () => (await stopped()).length === 1);
    await until('the others have caught up', 10, () => caughtUp('activity'));
    const [stop] = await stopped();
    await hub.sql`alter table view_person drop constraint poison`;
    await retryProjection(hub, 'people');
    return {
      problem: await whatIsWrong(stage, hub),
      seen: `people stopped at ${stop.position}: ${stop.error}`,
    };

    async function caughtUp(name: string): Promise<boolean> {
      const [row] = await hub.sql`
        select position = (select position from log_head) as there from projection where name = ${name}`;
      return row?.there === true;
    }
    async function stopped(): Promise<{ name: string; position: number; error: string }[]> {
      return [
        ...(await hub.sql<{ name: string; position: number; error: string }[]>`
        select f.name, f.position, f.error from projection_failure f join projection p using (name)
        where retried_at is null and p.error is not null`),
      ];
    }
  },
};

const isBusy = (error: unknown): boolean => error instanceof Rejection && error.code === 'hub.busy';

export const hubFaults: readonly Fault[] = [
  headHeld,
  longTransaction,
  staleLease,
  poisonEvent,
  ...machineFaults,
  diskFull,
];
