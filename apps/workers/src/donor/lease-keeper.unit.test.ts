import { type Lease, Rejection } from '@tsudoi/schema';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { uuid } from '../planner/testing/log.ts';
import { silentLog } from '../roles/log.ts';
import { type HubClient, HubUnreachable } from './hub-client.ts';
import { LeaseKeeper, LeaseLost } from './lease-keeper.ts';

const lease: Lease = {
  jobId: uuid('job'),
  epoch: 3,
  expiresAt: new Date(90_000).toISOString(),
  heartbeatSeconds: 30,
  recipe: { kind: 'dedup', runId: uuid('run'), ngram: 5, buckets: 4, rows: 4, seed: 1 },
  runId: uuid('run'),
  sourceIds: [],
  inputs: [],
  checkpoint: null,
  traceparent: null,
};

/** A hub that notes what it is told, and answers with `answer`. */
function hub() {
  const beats: { progress: number; epoch: number }[] = [];
  const points: number[] = [];
  const answer = { with: (): void => {} };
  const client = {
    heartbeat: async (input: { progress: number; epoch: number }) => {
      answer.with();
      beats.push(input);
      return { expiresAt: lease.expiresAt };
    },
    logMetrics: async (input: { points: { step: number }[] }) => {
      answer.with();
      points.push(...input.points.map(({ step }) => step));
    },
  } as unknown as HubClient;
  return { client, beats, points, answer };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

test('a quiet stage renews its lease when a third of it is over, not before', async () => {
  const { client, beats } = hub();
  const keeper = new LeaseKeeper(client, lease, silentLog);
  await seconds(29);
  expect(beats).toHaveLength(0);
  await seconds(2);
  expect(beats).toMatchObject([{ epoch: 3, progress: 0 }]);
  await keeper.stop();
});

test('progress goes out within seconds, but not with every step', async () => {
  const { client, beats } = hub();
  const keeper = new LeaseKeeper(client, lease, silentLog);
  for (let i = 1; i <= 10; i++) {
    keeper.progress(i / 10, { code: 'tokens', params: { count: i } });
    await seconds(1);
  }
  expect(beats.length).toBeGreaterThanOrEqual(2);
  expect(beats.length).toBeLessThanOrEqual(4);
  await keeper.stop();
});

test('the note a job ends with is sent at once', async () => {
  const { client, beats } = hub();
  const keeper = new LeaseKeeper(client, lease, silentLog);
  const last = { code: 'kept' as const, params: { kept: 2, total: 3 } };
  keeper.progress(1, { code: 'upload', params: {} });
  await keeper.stop(last);
  expect(beats).toMatchObject([{ progress: 1, note: last }]);
});

test('an old epoch stops the work', async () => {
  const { client, answer } = hub();
  answer.with = () => {
    throw new Rejection('lease.stale-epoch', { epoch: 3, current: 4 });
  };
  const keeper = new LeaseKeeper(client, lease, silentLog);
  await seconds(31);
  expect(keeper.signal.aborted).toBe(true);
  expect(keeper.signal.reason).toBeInstanceOf(LeaseLost);
  await keeper.stop();
});

test('a hub that is away for a while costs no point and does not stop the work', async () => {
  const { client, points, answer } = hub();
  answer.with = () => {
    throw new HubUnreachable('away');
  };
  const keeper = new LeaseKeeper(client, lease, silentLog);
  keeper.metrics([1, 2, 3].map((step) => ({ series: 'loss', step, value: 1 })));
  await seconds(5);
  answer.with = () => {};
  keeper.metrics([{ series: 'loss', step: 4, value: 1 }]);
  await keeper.stop();
  expect(points).toEqual([1, 2, 3, 4]);
  expect(keeper.signal.aborted).toBe(false);
});

test('more points than one call takes are sent in several', async () => {
  const { client, points } = hub();
  const keeper = new LeaseKeeper(client, lease, silentLog);
  keeper.metrics(Array.from({ length: 4500 }, (_, step) => ({ series: 'loss', step, value: 1 })));
  await keeper.stop();
  expect(points).toEqual(Array.from({ length: 4500 }, (_, step) => step));
});
