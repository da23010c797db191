import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hub } from '../hub.ts';
import { logHead } from '../log/read-log.ts';
import { rebuild } from '../projections/rebuild.ts';
import { allProjections } from '../projections/registry.ts';
import { tellStory } from '../queries/story.ts';
import { PublicLog } from '../streams/public-events.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { newPerson } from '../testing/scenario.ts';
import { verifyLog } from './verify-log.ts';
import { type PublishedLog, verifyStream } from './verify-stream.ts';

let test_: TestHub;
const hub = (): Hub => test_.hub;

/** The published copy as a faithful publisher would have written it, up to some position. */
function copyOf(upTo: number, change: (event: object) => object = (event) => event): PublishedLog {
  return {
    lastSequence: async () => upTo,
    envelope: async (sequence) => {
      const [event] = await new PublicLog('http://hub.test').read(hub().sql, sequence - 1, 1);
      return change(event.cloudEvent);
    },
  };
}

beforeAll(async () => {
  test_ = await createTestHub();
  await tellStory(hub());
  for (const { name } of allProjections) await rebuild(hub(), name);
});
afterAll(() => test_.drop());

test('a sound hub passes, with its counts, and nothing of the check stays behind', async () => {
  const { position } = await logHead(hub().sql);
  const report = await verifyLog(hub(), { stream: copyOf(position) });
  expect(report).toMatchObject({ ok: true, problem: null });
  expect(report.log.events).toBe(position);
  expect(report.projections.map(({ lag }) => lag)).toEqual(allProjections.map(() => 0));
  expect(report.projections.find(({ name }) => name === 'activity')?.rows).toBe(position);
  expect(report.stream).toEqual({ lastSequence: position, checked: position, problem: null });
  expect(await hub().sql`select 1 from pg_namespace where nspname = 'verify_scratch'`).toHaveLength(0);
});

test('read models that lag behind are no fault: what they have is compared', async () => {
  await newPerson(hub());
  const report = await verifyLog(hub());
  expect(report.ok).toBe(true);
  expect(report.projections[0].lag).toBeGreaterThan(0);
  for (const { name } of allProjections) await rebuild(hub(), name);
});

test('a row of a read model that was changed by hand is found and shown', async () => {
  await hub().sql`update view_source set accepts = 5 where state = 'ingested'`;
  const { ok, problem } = await verifyLog(hub());
  expect(ok).toBe(false);
  expect(problem).toContain('projection sources: view_source differs from a fold of the log');
  expect(problem).toContain('"accepts":5');
  await rebuild(hub(), 'sources');
  expect((await verifyLog(hub())).ok).toBe(true);
});

test('a copy that is behind, ahead, or holds another event is found', async () => {
  const { position } = await logHead(hub().sql);
  const check = async (stream: PublishedLog) =>
    (await verifyStream(hub().sql, stream, { patienceMs: 0 })).problem;
  expect(await check(copyOf(position - 1))).toContain(`NATS only at ${position - 1}`);
  expect(await check(copyOf(position + 1))).toContain('past the log');
  expect(await check(copyOf(position, (event) => ({ ...event, hash: '00' })))).toContain('NATS holds');
  expect(await check({ ...copyOf(position), envelope: async () => null })).toContain('no event at sequence');
});

test('a changed event breaks the chain, and the report says where, even if it cannot be read any more', async () => {
  await hub().sql`alter table event disable trigger event_is_append_only`;
  await hub().sql`update event set data = data || '{"opennessAgreed": false}' where position = 1`;
  const { ok, problem, projections } = await verifyLog(hub());
  expect(ok).toBe(false);
  expect(problem).toContain('the hash of position 1 does not match');
  expect(projections[0].problem).toContain('the log cannot be folded');
});
