import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openHub } from '../hub.ts';
import { logHead, readLog } from '../log/read-log.ts';
import { letRuntimeRoleSignIn, runtimeRole } from '../log/runtime-role.ts';
import { tellStory } from '../queries/story.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { newPerson } from '../testing/scenario.ts';
import { verifyProjections } from '../verify/verify-projections.ts';
import { advance } from './advance.ts';
import { readCheckpoints, registerProjections, retryProjection } from './checkpoint.ts';
import type { Projection } from './projection.ts';
import { rebuild, rebuildProjection } from './rebuild.ts';
import { allProjections } from './registry.ts';
import { runProjections } from './run-projections.ts';
import { waitForProjections } from './wait-for-projections.ts';

let test_: TestHub;
let stops: (() => Promise<void>)[] = [];
const sql = () => test_.hub.sql;

/** Starts a runner as a process of its own would, with its own connections. */
function startRunner(projections: readonly Projection[] = allProjections): () => Promise<void> {
  const hub = openHub({ databaseUrl: test_.databaseUrl, leaseSeconds: 90, poolSize: 3 });
  const abort = new AbortController();
  const running = runProjections(hub, { signal: abort.signal, projections, pollMs: 50, batchSize: 7 });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    abort.abort();
    await running;
    await hub.close();
  };
  stops.push(stop);
  return stop;
}

async function caughtUp(): Promise<number> {
  const { position } = await logHead(sql());
  expect(await waitForProjections(test_.hub, position, 10_000)).toBe(true);
  return position;
}

/** Every row of every read model, so that two states can be compared whole. */
async function rowsOf(projections: readonly Projection[] = allProjections) {
  const tables = projections.flatMap((projection) => projection.tables);
  const dumps = await Promise.all(
    tables.map((table) => sql()`select to_jsonb(t) as row from ${sql()(table)} t order by to_jsonb(t)`),
  );
  return Object.fromEntries(tables.map((table, i) => [table, dumps[i].map(({ row }) => row)]));
}

beforeAll(async () => {
  test_ = await createTestHub();
  await tellStory(test_.hub);
});
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});
afterAll(() => test_.drop());

test('two runners at once apply each event exactly once', async () => {
  startRunner();
  startRunner();
  const position = await caughtUp();
  const live = await rowsOf();
  expect(live.view_activity).toHaveLength(position);
  expect(live.view_source.find((row) => row.state === 'ingested')).toMatchObject({ accepts: 2 });
  expect((await readCheckpoints(sql())).every((checkpoint) => checkpoint.position === position)).toBe(true);
});

test('two that race on the same batch without the lock: one advances, the other is overtaken', async () => {
  const people = allProjections[0];
  await sql()`update projection set position = 0 where name = 'people'`;
  for (const table of people.tables) await sql()`delete from ${sql()(table)}`;
  const events = await readLog(sql(), 0, 1000);
  const outcomes = await Promise.all([1, 2, 3].map(() => advance(sql(), people, 0, events)));
  expect(outcomes.sort()).toEqual(['advanced', 'overtaken', 'overtaken']);
  expect(await advance(sql(), people, 0, events)).toBe('overtaken'); // delivered again, later
  expect((await rowsOf([people])).view_person).toHaveLength(
    events.filter((e) => e.event.type === 'PersonJoined').length,
  );
});

test('a runner takes over when the leader stops, and new events arrive without waiting for the poll', async () => {
  const stopFirst = startRunner();
  startRunner();
  await caughtUp();
  await stopFirst();
  await newPerson(test_.hub);
  await caughtUp();
});

test('a runner that loses its lock and its doorbell in the middle goes on without losing or doubling anything', async () => {
  startRunner();
  await caughtUp();
  for (let i = 0; i < 3; i++) {
    await sql()`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and (query ilike 'listen%' or pid in (select pid from pg_locks where locktype = 'advisory'))`;
    await newPerson(test_.hub);
    await caughtUp();
  }
  const { position } = await logHead(sql());
  expect((await rowsOf()).view_activity).toHaveLength(position);
  expect((await verifyProjections(sql())).every(({ problem }) => problem === null)).toBe(true);
});

test('making the read models anew gives the same rows', async () => {
  startRunner();
  await caughtUp();
  const live = await rowsOf();
  for (const { name } of allProjections) await rebuild(test_.hub, name);
  expect(await rowsOf()).toEqual(live);
});

test('rebuilding while the runner works and events arrive loses and doubles nothing', async () => {
  startRunner();
  const adding = (async () => {
    for (let i = 0; i < 10; i++) await newPerson(test_.hub);
  })();
  for (let i = 0; i < 3; i++) await rebuild(test_.hub, 'activity');
  await adding;
  await caughtUp();
  const reports = await verifyProjections(sql());
  expect(reports.map(({ problem }) => problem)).toEqual(reports.map(() => null));
});

test('a poison event stops its projection alone, keeps what came before it, and says what is wrong', async () => {
  const counting = await countingProjection('poisoned', 5);
  startRunner([...allProjections, counting]);
  await caughtUp();
  await expect
    .poll(async () => (await checkpointOf('poisoned')).error)
    .toContain('at position 5: Error: cannot take it');
  expect(await checkpointOf('poisoned')).toMatchObject({ position: 4 });
  expect(await counted('poisoned')).toBe(4);

  await newPerson(test_.hub);
  await caughtUp(); // all others go on
  expect(await checkpointOf('poisoned')).toMatchObject({ position: 4 });
});

test('a stop is on record, and a retry after the fix goes on while the projector runs', async () => {
  let broken = true;
  const table = 'test_mended';
  await sql()`create table ${sql()(table)} (position bigint primary key)`;
  const apply: Projection['apply'] = async (tx, { position }) => {
    if (broken && position === 3) throw new Error('not yet');
    await tx`insert into ${tx(table)} values (${position})`;
  };
  startRunner([...allProjections, { name: 'mended', version: 1, tables: [table], apply }]);
  await expect.poll(async () => (await checkpointOf('mended'))?.error ?? '').toContain('not yet');
  const failures = () => sql()`
    select position, error, retried_at from projection_failure where name = 'mended' order by id`;
  expect(await failures()).toMatchObject([{ position: 3, retried_at: null }]);
  broken = false;
  expect(await retryProjection(test_.hub, 'mended')).toBe(true);
  const { position } = await logHead(sql());
  await expect.poll(() => checkpointOf('mended')).toMatchObject({ error: null, position });
  expect((await failures())[0].retried_at).not.toBeNull();
  expect(await retryProjection(test_.hub, 'mended')).toBe(false);
});

test('a rebuild by the hub’s own role keeps serving, swaps in equal rows, and keeps the names of the indexes', async () => {
  startRunner();
  await caughtUp();
  const before = await rowsOf();
  const indexes = () =>
    sql()`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`;
  const indexesBefore = await indexes();
  await letRuntimeRoleSignIn(sql(), 'secret');
  const url = Object.assign(new URL(test_.databaseUrl), { username: runtimeRole, password: 'secret' });
  const asRole = openHub({ databaseUrl: url.href, leaseSeconds: 90, poolSize: 3 });
  let serving = true;
  let served = 0;
  const reader = (async () => {
    for (; serving; served++)
      expect(await sql()`select 1 from view_source`).toHaveLength(before.view_source.length);
  })();
  for (const { name } of allProjections) await rebuild(asRole, name);
  serving = false;
  await reader;
  await asRole.close();
  expect(served).toBeGreaterThan(0);
  expect(await rowsOf()).toEqual(before);
  expect(await indexes()).toEqual(indexesBefore);
  expect(await sql()`select 1 from pg_namespace where nspname like 'rebuild%'`).toHaveLength(0);
});

test('a rebuild that meets a poison event leaves the live rows as they are', async () => {
  const sound = await countingProjection('sheltered', null);
  startRunner([sound]);
  const { position } = await logHead(sql());
  await expect.poll(() => checkpointOf('sheltered')).toMatchObject({ position });
  const poisoned = await countingProjection('sheltered', 4);
  await expect(rebuildProjection(sql(), poisoned)).rejects.toThrow('at position 4: Error: cannot take it');
  expect(await counted('sheltered')).toBe(position);
});

test('a stopped projection gets another try at the next start', async () => {
  const fixed = await countingProjection('poisoned', null);
  startRunner([...allProjections, fixed]);
  const { position } = await logHead(sql());
  await expect.poll(() => checkpointOf('poisoned')).toMatchObject({ error: null, position });
  expect(await counted('poisoned')).toBe(position);
});

test('a projection whose code is newer than its rows is made anew at the start', async () => {
  const newer = { ...(await countingProjection('poisoned', null)), version: 2 };
  await sql()`delete from ${sql()('test_poisoned')}`;
  startRunner([newer]);
  const { position } = await logHead(sql());
  await expect.poll(() => checkpointOf('poisoned')).toMatchObject({ version: 2, position });
  expect(await counted('poisoned')).toBe(position);
});

test('a projection that could not be made anew at the start is, once it is told to try again', async () => {
  const older = await countingProjection('remade', null);
  await registerProjections(sql(), [older]);
  let broken = true;
  const apply: Projection['apply'] = (tx, event) =>
    broken ? Promise.reject(new Error('not yet')) : older.apply(tx, event);
  startRunner([{ ...older, version: 2, apply }]);
  await expect
    .poll(() => checkpointOf('remade'))
    .toMatchObject({ error: expect.stringContaining('not yet') });
  broken = false;
  expect(await retryProjection(test_.hub, 'remade')).toBe(true);
  const { position } = await logHead(sql());
  await expect.poll(() => checkpointOf('remade')).toMatchObject({ version: 2, position, error: null });
  expect(await counted('remade')).toBe(position);
});

test('an event that cannot even be read stops every projection in front of it, and nothing is passed over', async () => {
  const other = await createTestHub();
  await newPerson(other.hub);
  const { position } = await logHead(other.hub.sql);
  // A newer release has written an event that this one does not know.
  await other.hub.sql`
    insert into event (position, stream_type, stream_id, version, event_id, type, schema_version, data, meta, at, prev_hash, hash)
    select ${position + 1}, stream_type, 'future', 1, gen_random_uuid(), 'PersonTeleported', 1, data, meta, at, prev_hash, hash
    from event where position = ${position}`;
  await newPersonAfter(other, position + 1);
  const abort = new AbortController();
  const running = runProjections(other.hub, { signal: abort.signal });
  const stopped = async () => (await readCheckpoints(other.hub.sql)).filter((row) => row.error !== null);
  await expect.poll(async () => (await stopped()).length).toBe(allProjections.length);
  expect(
    (await stopped()).every((row) => row.position === position && /PersonTeleported/.test(row.error!)),
  ).toBe(true);
  expect(await waitForProjections(other.hub, position + 1, 60_000)).toBe(false); // at once
  abort.abort();
  await running;
  await other.drop();
});

test('waiting gives up when the time is over', async () => {
  await registerProjections(sql(), allProjections);
  const { position } = await logHead(sql());
  expect(await waitForProjections(test_.hub, position + 1000, 50)).toBe(false);
});

async function newPersonAfter(other: TestHub, position: number): Promise<void> {
  await other.hub.sql`update log_head set position = ${position}`;
  await newPerson(other.hub);
}

/** Counts events into a table of its own, and fails at one position. */
async function countingProjection(name: string, poison: number | null): Promise<Projection> {
  const table = `test_${name}`;
  await sql()`create table if not exists ${sql()(table)} (position bigint primary key)`;
  const apply: Projection['apply'] = async (tx, { position }) => {
    await tx`insert into ${tx(table)} values (${position})`;
    if (position === poison) throw new Error('cannot take it');
  };
  return { name, version: 1, tables: [table], apply };
}

async function counted(name: string): Promise<number> {
  const [{ n }] = await sql()<{ n: number }[]>`select count(*)::int as n from ${sql()(`test_${name}`)}`;
  return n;
}

async function checkpointOf(name: string) {
  return (await readCheckpoints(sql())).find((checkpoint) => checkpoint.name === name)!;
}
