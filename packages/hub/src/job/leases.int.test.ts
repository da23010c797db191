import type { Lease } from '@tsudoi/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hub } from '../hub.ts';
import { expiredLeases } from '../lease/expired-leases.ts';
import { heartbeat } from '../lease/heartbeat.ts';
import { requireLease } from '../lease/require-lease.ts';
import { readStream } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { artifactDraft, bigOffer, sampleHash, smallNeeds } from '../testing/samples.ts';
import {
  claim,
  draftedJob,
  letLeaseRunOut,
  newNode,
  newPerson,
  send,
  system,
  uploaded,
} from '../testing/scenario.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub({ poolSize: 16 });
  hub = testHub.hub;
});
afterAll(() => testHub.drop());
beforeEach(async () => {
  await hub.sql`update job_queue set state = 'done'`; // each test starts with an empty queue
});

const typesOf = async (jobId: string) =>
  (await readStream(hub.sql, 'job', jobId)).events.map((event) => event.type);
const complete = (jobId: string, epoch: number) => ({
  type: 'job.complete' as const,
  data: { jobId, epoch, codeCommit: 'test', outputs: [artifactDraft('documents')] },
});

test('20 workers race for 10 jobs: each job is leased once, ten go away with nothing', async () => {
  const jobs = await Promise.all(Array.from({ length: 10 }, () => draftedJob(hub)));
  const nodes = [];
  for (let i = 0; i < 20; i++) nodes.push(await newNode(hub));
  const leases = (await Promise.all(nodes.map((node) => claim(hub, node)))).filter((lease) => lease !== null);
  expect(leases.map((lease) => lease.jobId).sort()).toEqual(jobs.sort());
  expect(leases.every((lease) => lease.epoch === 1)).toBe(true);
  for (const jobId of jobs) expect(await typesOf(jobId)).toEqual(['JobDrafted', 'JobQueued', 'JobLeased']);
});

describe('claiming', () => {
  test('the oldest job that fits is given, with all a worker needs', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await draftedJob(hub, { needs: { ...smallNeeds, memoryMiB: 1_000_000 } });
    const wanted = await draftedJob(hub);
    await draftedJob(hub);
    await hub.sql`update job_queue set traceparent = ${trace} where job_id = ${wanted}`;
    const lease = await claim(hub, await newNode(hub));
    expect(lease).toMatchObject({
      jobId: wanted,
      epoch: 1,
      inputs: [],
      checkpoint: null,
      heartbeatSeconds: 30,
    });
    expect(lease).toMatchObject({ traceparent: trace, recipe: { kind: 'ingest' } });
  });

  test('a named job that asks for more than the node has is refused with what is missing', async () => {
    const jobId = await draftedJob(hub, { needs: { ...smallNeeds, threads: 64 } });
    await expect(claim(hub, await newNode(hub), jobId)).rejects.toMatchObject({
      code: 'job.needs-exceed-node',
      params: { what: 'threads', needs: 64, has: bigOffer.threads },
    });
  });

  test('a named job that somebody holds, and one that does not exist, are refused', async () => {
    const jobId = await draftedJob(hub);
    await claim(hub, await newNode(hub), jobId);
    const late = await newNode(hub);
    await expect(claim(hub, late, jobId)).rejects.toMatchObject({
      code: 'job.not-queued',
      params: { state: 'leased' },
    });
    await expect(claim(hub, late, uuidV7())).rejects.toMatchObject({ code: 'job.unknown' });
  });

  test('one token holds two jobs at most, also when it claims three times at once', async () => {
    for (let i = 0; i < 4; i++) await draftedJob(hub);
    const node = await newNode(hub);
    const outcomes = await Promise.allSettled([claim(hub, node), claim(hub, node), claim(hub, node)]);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(refused).toEqual(['job.claims-exceeded']);
  });

  test('a claim that finds nothing keeps no receipt, so the same call may be made again', async () => {
    expect(await claim(hub, await newNode(hub))).toBeNull();
    const [{ open }] =
      await hub.sql`select count(*)::int as open from command_receipt where position is null`;
    expect(open).toBe(0);
  });

  test('a job that waits for its start check is given to nobody before a supervisor approves it', async () => {
    const jobId = await draftedJob(hub, { startCheck: true });
    expect(await claim(hub, await newNode(hub))).toBeNull();
    await send(hub, await newPerson(hub, 'supervisor'), { type: 'job.approveStart', data: { jobId } });
    expect(await claim(hub, await newNode(hub))).toMatchObject({ jobId });
  });
});

describe('a lease that ran out', () => {
  async function lost() {
    const jobId = await draftedJob(hub);
    const node = await newNode(hub);
    const lease = (await claim(hub, node, jobId)) as Lease;
    await letLeaseRunOut(hub, jobId);
    return { jobId, node, lease };
  }
  const reap = (jobId: string, epoch: number) =>
    send(hub, system, { type: 'job.expireLease', data: { jobId, epoch } });

  test('is over at once by the database clock, before the reaper came', async () => {
    const { jobId, node } = await lost();
    await uploaded(hub, sampleHash);
    const stale = { code: 'lease.stale-epoch', params: { epoch: 1, current: 2 } };
    await expect(send(hub, node, complete(jobId, 1))).rejects.toMatchObject(stale);
    const beat = { jobId, epoch: 1, progress: 0.5, note: null };
    await expect(heartbeat(hub, node, beat)).rejects.toMatchObject(stale);
    expect(await typesOf(jobId)).not.toContain('JobCompleted');
  });

  test('is found by the reaper, queued again, and the old epoch is fenced off from everything', async () => {
    const { jobId, node } = await lost();
    expect(await expiredLeases(hub)).toContainEqual({ jobId, epoch: 1 });
    await reap(jobId, 1);
    expect(await expiredLeases(hub)).not.toContainEqual({ jobId, epoch: 1 });
    const next = await newNode(hub);
    expect(await claim(hub, next, jobId)).toMatchObject({ epoch: 2 });
    await uploaded(hub, sampleHash);
    const stale = { code: 'lease.stale-epoch', params: { epoch: 1, current: 2 } };
    const checkpoint = { jobId, epoch: 1, step: 10, sha256: sampleHash, size: 10 };
    const failure = { code: 'worker.crashed' as const, params: { traceId: '-' } };
    await expect(send(hub, node, complete(jobId, 1))).rejects.toMatchObject(stale);
    await expect(send(hub, node, { type: 'job.checkpoint', data: checkpoint })).rejects.toMatchObject(stale);
    await expect(
      send(hub, node, { type: 'job.fail', data: { jobId, epoch: 1, rejection: failure, retryable: true } }),
    ).rejects.toMatchObject(stale);
    await expect(heartbeat(hub, node, { jobId, epoch: 1, progress: 1, note: null })).rejects.toMatchObject(
      stale,
    );
    await expect(requireLease(hub, node, { jobId, epoch: 1 })).rejects.toMatchObject(stale);
    await send(hub, next, complete(jobId, 2));
    expect(await typesOf(jobId)).toEqual([
      'JobDrafted',
      'JobQueued',
      'JobLeased',
      'LeaseExpired',
      'JobLeased',
      'JobCompleted',
      'JobVerified',
    ]);
  });

  test('does not pass to another node by guessing its epoch', async () => {
    const jobId = await draftedJob(hub);
    await claim(hub, await newNode(hub), jobId);
    const thief = await newNode(hub);
    await expect(requireLease(hub, thief, { jobId, epoch: 1 })).rejects.toMatchObject({
      code: 'lease.not-held',
    });
    await expect(send(hub, thief, complete(jobId, 1))).rejects.toMatchObject({ code: 'lease.not-held' });
  });

  test('two reapers at once end it once; a heartbeat that came first keeps it', async () => {
    const { jobId } = await lost();
    await Promise.all([reap(jobId, 1), reap(jobId, 1)]);
    expect((await typesOf(jobId)).filter((type) => type === 'LeaseExpired')).toHaveLength(1);
    const node = await newNode(hub);
    await claim(hub, node, jobId);
    const beatNote = { code: 'tokens' as const, params: { count: 10 } };
    await heartbeat(hub, node, { jobId, epoch: 2, progress: 0.25, note: beatNote });
    await reap(jobId, 2);
    expect((await typesOf(jobId)).filter((type) => type === 'LeaseExpired')).toHaveLength(1);
    const [row] = await hub.sql`select state, progress, note from job_queue where job_id = ${jobId}`;
    expect(row).toMatchObject({ state: 'leased', progress: 0.25, note: JSON.stringify(beatNote) });
  });

  test('too often ends the job for good', async () => {
    const jobId = await draftedJob(hub, { maxEpochs: 1 });
    await claim(hub, await newNode(hub), jobId);
    await letLeaseRunOut(hub, jobId);
    await reap(jobId, 1);
    expect((await typesOf(jobId)).slice(-2)).toEqual(['LeaseExpired', 'JobFailed']);
    await expect(claim(hub, await newNode(hub), jobId)).rejects.toMatchObject({
      code: 'job.not-queued',
      params: { state: 'failed' },
    });
  });
});

test('the next holder of a job gets its last checkpoint', async () => {
  const jobId = await draftedJob(hub);
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const checkpoint = { step: 50, sha256: 'c'.repeat(64), size: 10 };
  const data = { jobId, epoch: 1, ...checkpoint };
  await expect(send(hub, node, { type: 'job.checkpoint', data })).rejects.toMatchObject({
    code: 'object.missing',
  });
  await uploaded(hub, checkpoint.sha256);
  await send(hub, node, { type: 'job.checkpoint', data });
  await letLeaseRunOut(hub, jobId);
  await send(hub, system, { type: 'job.expireLease', data: { jobId, epoch: 1 } });
  expect(await claim(hub, await newNode(hub), jobId)).toMatchObject({ epoch: 2, checkpoint });
});

test('a revoked token can do nothing any more, from the moment of its revocation', async () => {
  const jobId = await draftedJob(hub);
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const owner = { kind: 'person' as const, personId: node.personId };
  await send(hub, owner, { type: 'person.revokeToken', data: { tokenId: node.tokenId } });
  await uploaded(hub, sampleHash);
  const revoked = { code: 'auth.token-revoked' };
  await expect(send(hub, node, complete(jobId, 1))).rejects.toMatchObject(revoked);
  await expect(claim(hub, node)).rejects.toMatchObject(revoked);
  await expect(heartbeat(hub, node, { jobId, epoch: 1, progress: 0, note: null })).rejects.toMatchObject(
    revoked,
  );
});

test('a node whose person lost every role can work no more', async () => {
  const node = await newNode(hub);
  const role = { personId: node.personId, role: 'contributor' as const, groupId: null };
  await send(hub, system, { type: 'person.revokeRole', data: role });
  await expect(claim(hub, node)).rejects.toMatchObject({ code: 'auth.not-permitted' });
});
