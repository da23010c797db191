import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hub } from '../hub.ts';
import { logHead, readEnvelopes } from '../log/read-log.ts';
import { stopProjection } from '../projections/checkpoint.ts';
import { rebuild } from '../projections/rebuild.ts';
import { allProjections } from '../projections/registry.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { claim, draftedJob, letLeaseRunOut, newNode, newPerson, send, system } from '../testing/scenario.ts';
import { operationsReport, type Surroundings } from './observe.ts';
import { thresholds } from './thresholds.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
  await newPerson(hub);
});
afterAll(() => testHub.drop());

const copyUpTo = (position: number): Surroundings['published'] => ({
  lastSequence: async () => position,
  bytes: async () => 1000,
  envelope: async (sequence) => (await readEnvelopes(hub.sql, sequence - 1, 1))[0],
});
const look = async (published?: Surroundings['published']) =>
  operationsReport(hub, {
    published: published ?? copyUpTo((await logHead(hub.sql)).position),
    folders: [
      { name: 'objects', path: tmpdir() },
      { name: 'nats', path: '/nowhere' },
    ],
  });
const catchUp = async () => {
  for (const { name } of allProjections) await rebuild(hub, name);
};

test('a hub that is well: everything is measured, and only the backup is asked for', async () => {
  await catchUp();
  const report = await look();
  const { position } = await logHead(hub.sql);
  expect(report.alarms.filter(({ code }) => code !== 'disk-low').map(({ code }) => code)).toEqual([
    'backup-none',
  ]);
  expect(report.followers.map(({ name }) => name).sort()).toEqual(
    allProjections.map(({ name }) => name).sort(),
  );
  expect(report.followers.every(({ lag }) => lag === 0)).toBe(true);
  expect(report.nats).toEqual({ reachable: true, lastSequence: position, bytes: 1000, problem: null });
  expect(report.storage.logBytes).toBeGreaterThan(0);
  expect(report.storage.disks.map(({ name }) => name)).toEqual(['objects']);
});

test('the age of a lag is that of the first event not seen; a stop says where, why and what to do', async () => {
  await catchUp();
  const people = allProjections.find(({ name }) => name === 'people')!;
  const { position } = await logHead(hub.sql);
  await newPerson(hub);
  await stopProjection(hub.sql, people, position, 'cannot take it');
  const report = await look();
  const stopped = report.followers.find(({ name }) => name === 'people')!;
  expect(stopped).toMatchObject({
    lag: 2,
    error: 'cannot take it',
    retry: './tsudoi projections retry people',
  });
  expect(stopped.lagSeconds).toBeGreaterThan(0);
  expect(stopped.lagSeconds).toBeLessThan(60);
  expect(report.alarms[0]).toMatchObject({ code: 'follower-stopped', params: { position: position + 1 } });
  await catchUp();
});

test('a copy that is ahead, differs or cannot be asked is told apart', async () => {
  const { position } = await logHead(hub.sql);
  expect((await look(copyUpTo(position + 5))).nats.problem).toContain(`NATS is at ${position + 5}`);
  const other = { ...copyUpTo(position), envelope: async () => ({ hash: 'ff' }) };
  expect((await look(other as Surroundings['published'])).nats.problem).toContain('another event');
  expect((await look({ problem: 'connection refused' })).nats.reachable).toBe(false);
});

test('a job whose leases ran out again and again, one nobody takes, and one nobody took back are stuck', async () => {
  const node = await newNode(hub);
  const often = await draftedJob(hub);
  for (let i = 0; i < thresholds.expiredLeases; i++) {
    const lease = await claim(hub, node, often);
    await letLeaseRunOut(hub, often);
    await send(hub, system, { type: 'job.expireLease', data: { jobId: often, epoch: lease!.epoch } });
  }
  const [long, overdue, fine] = [await draftedJob(hub), await draftedJob(hub), await draftedJob(hub)];
  await claim(hub, node, overdue);
  await catchUp();
  await hub.sql`update view_job set drafted_at = drafted_at - interval '2 hours' where job_id = ${long}`;
  await hub.sql`update job_queue set expires_at = clock_timestamp() - interval '5 minutes' where job_id = ${overdue}`;
  const { jobs } = await look();
  const reasons = Object.fromEntries(jobs.stuck.map(({ jobId, reason }) => [jobId, reason]));
  expect(reasons[often]).toBe('expired-often');
  expect(reasons[long]).toBe('queued-long');
  expect(reasons[overdue]).toBe('lease-overdue');
  expect(reasons[fine]).toBeUndefined();
  expect(jobs.overdueLeases).toBe(1);
});

test('deliveries that were given up are listed with what waits behind them', async () => {
  const webhookId = crypto.randomUUID();
  await hub.sql`
    insert into view_webhook (webhook_id, person_id, url, topics, state, failures, last_status, registered_at)
    values (${webhookId}, ${crypto.randomUUID()}, 'https://x.example/in', '{}', 'paused', 7, 503, now())`;
  await hub.sql`insert into webhook_cursor (webhook_id, position, failures) values (${webhookId}, 1, 7)`;
  const { webhooks, log } = await look();
  expect(webhooks).toEqual([
    {
      webhookId,
      url: 'https://x.example/in',
      state: 'paused',
      failures: 7,
      lastStatus: 503,
      behind: log.position - 1,
    },
  ]);
});

test('an old backup is an alarm, a new one is not', async () => {
  await hub.sql`
    insert into backup (taken_at, position, bytes, objects, missing, seconds)
    values (now() - interval '30 hours', 1, 1, 1, 0, 1)`;
  expect((await look()).alarms.map(({ code }) => code)).toContain('backup-old');
  await hub.sql`insert into backup (position, bytes, objects, missing, seconds) values (2, 1, 1, 0, 1)`;
  expect((await look()).backup).toMatchObject({ position: 2, missing: 0 });
  expect((await look()).alarms.filter(({ code }) => code.startsWith('backup'))).toEqual([]);
});
