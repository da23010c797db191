import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createObjectStore, readLog } from '@tsudoi/hub';
import { acceptedSource, claim, newNode, newPerson, send } from '@tsudoi/hub/testing';
import type { ArtifactFile, FilterRule, JobKind, RecordedEvent } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createTestHub,
  type TestHub,
  testPersonalKey,
} from '../../../../packages/hub/src/testing/database.ts';
import {
  artifactDraft,
  ingestRecipe,
  jobDraft,
  runCard,
} from '../../../../packages/hub/src/testing/samples.ts';
import { currentPresets } from '../planner/filter-presets.ts';
import { runPlanner } from '../planner/run-planner.ts';
import { uuid } from '../planner/testing/log.ts';
import { runReaper } from '../reaper.ts';
import { silentLog } from '../roles/log.ts';

const SOURCES = 8;
const DOCUMENTS = 40;
const LEASE_SECONDS = 6;
const checkout = resolve(import.meta.dirname, '../../../..');
const dir = mkdtempSync(join(tmpdir(), 'tsudoi-ranks-'));
const secret = randomBytes(24).toString('hex');
const children = new Set<ChildProcess>();
const stop = new AbortController();
let testHub: TestHub;
let url: string;
let running: Promise<void>[] = [];

function start(script: string, env: Record<string, string>): ChildProcess {
  const options = { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' as const };
  const child = spawn(process.execPath, [join(checkout, script)], options);
  children.add(child);
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

beforeAll(async () => {
  testHub = await createTestHub({ leaseSeconds: LEASE_SECONDS });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const server = start('apps/web/src/testing/serve-worker-api.ts', {
    ...{
      PORT: String(port),
      DATABASE_URL: testHub.databaseUrl,
      NATS_URL: process.env.TEST_NATS_URL as string,
    },
    ...{ HUB_URL: url, HUB_SECRET: secret, PERSONAL_DATA_KEY: testPersonalKey },
    ...{ OBJECT_DIR: join(dir, 'objects'), LEASE_SECONDS: String(LEASE_SECONDS) },
  });
  while (!(await fetch(url).catch(() => null))) {
    expect(server.exitCode, 'the portal ended').toBeNull();
    await delay(50);
  }
  const options = { log: silentLog, signal: stop.signal };
  running = [runReaper(testHub.hub, options)];
});
afterAll(async () => {
  stop.abort();
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(running);
  await testHub.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** A donor's worker with a token of its own. */
async function startWorker(name: string) {
  const { hub } = testHub;
  const data = { tokenId: uuid(name), label: name, scopes: ['node.work' as const] };
  const { result } = await send(hub, await newPerson(hub), { type: 'person.issueToken', data });
  const child = start('apps/workers/src/donor/main.ts', {
    ...{ HUB_URL: url, WORKER_TOKEN: (result as { secret: string }).secret, WORKER_NAME: name },
    ...{ WORKER_DIR: join(dir, name), WORKER_THREADS: '1', CODE_COMMIT: 'test' },
  });
  return { name, child };
}
type Worker = Awaited<ReturnType<typeof startWorker>>;

/** Whether the worker is in the middle of a unit: its folder is being made and not yet renamed. */
function inMidShard({ name }: Worker): boolean {
  const jobs = join(dir, name, 'jobs');
  if (!existsSync(jobs)) return false;
  return readdirSync(jobs).some((job) => {
    const making = join(jobs, job, 'out/plans/filter/making');
    return (
      existsSync(making) &&
      readdirSync(making).some((unit) => existsSync(join(making, unit, 'documents.jsonl.gz')))
    );
  });
}

/** 0.15 MB of text that compresses as text does, another for each source. */
function documentsOf(sourceId: string, number: number): Buffer {
  let state = number + 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => {
    const text = Array.from({ length: 1250 }, () => String.fromCharCode(0x4e00 + next(600))).join('');
    const id = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const meta = { id, sourceId, path: `${i}`, language: 'ja', format: 'text', package: 'p', version: '1' };
    return JSON.stringify({ text: i % 3 === 0 ? `${text}禁句` : text, meta });
  });
  return gzipSync(`${lines.join('\n')}\n`);
}

/** An accepted source whose ingest and filter jobs are done, with real bytes in the store. */
async function filteredSource(number: number): Promise<string> {
  const { hub } = testHub;
  const store = createObjectStore(
    { OBJECT_STORE: 'filesystem', OBJECT_DIR: join(dir, 'objects'), HUB_SECRET: secret } as never,
    hub.sql,
  );
  const sourceId = await acceptedSource(hub);
  const bytes = documentsOf(sourceId, number);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.put(sha256, bytes.length, 'application/gzip', Readable.from([bytes]));
  const file: ArtifactFile = {
    path: 'documents.jsonl.gz',
    sha256,
    size: bytes.length,
    mediaType: 'application/gzip',
  };
  const done = async (recipe: Parameters<typeof jobDraft>[0], kind: 'documents' | 'filtered-documents') => {
    const draft = jobDraft({ ...recipe, sourceIds: [sourceId] });
    await send(hub, { kind: 'system', name: 'test' }, { type: 'job.draft', data: draft });
    const node = await newNode(hub);
    const lease = await claim(hub, node, draft.jobId);
    const outputs = [{ ...artifactDraft(kind), files: [file], stats: { documents: DOCUMENTS } }];
    const data = { jobId: draft.jobId, epoch: lease!.epoch, codeCommit: 'test', outputs };
    const { result } = await send(hub, node, { type: 'job.complete', data });
    return (result as { artifactIds: string[] }).artifactIds;
  };
  const documents = await done({ recipe: ingestRecipe(sourceId) }, 'documents');
  const rules = [{ filter: 'length', params: { min: 1 } }];
  await done(
    { recipe: { kind: 'filter', sourceId, preset: 'test', rules }, inputs: documents },
    'filtered-documents',
  );
  return sourceId;
}

async function registerRun(name: string, sourceIds: string[], ranks: number): Promise<string> {
  const { hub } = testHub;
  const words = Buffer.from('禁句\n');
  const sha256 = createHash('sha256').update(words).digest('hex');
  const store = createObjectStore(
    { OBJECT_STORE: 'filesystem', OBJECT_DIR: join(dir, 'objects'), HUB_SECRET: secret } as never,
    hub.sql,
  );
  await store.put(sha256, words.length, 'text/plain', Readable.from([words]));
  const rules: FilterRule[] = [
    // Many slow rules that keep everything: a unit takes long enough to be killed in.
    ...Array.from({ length: 5 }, (_, i) => ({
      filter: 'character-repetition',
      params: { max: 1, n: 3 + i },
    })),
    { filter: 'zlib-ratio', params: { max: 0.99 } },
    { filter: 'ng-words', params: { max: 0 }, list: 'own' },
  ];
  const lists = { own: { sha256, size: words.length, fileName: 'words.txt' } };
  const card = { ...runCard(sourceIds), corpus: { ranks, filter: { rules, lists } } };
  const runId = uuid(name);
  await send(hub, await newPerson(hub, 'lead'), {
    type: 'run.register',
    data: { runId, groupId: null, card },
  });
  return runId;
}

/** Every event of the jobs of one kind of a run so far. */
async function eventsOf(runId: string, kind: JobKind): Promise<RecordedEvent[]> {
  const events = await readLog(testHub.hub.sql, 0, 10_000);
  const jobs = new Set<string>();
  for (const { event } of events)
    if (event.type === 'JobDrafted' && event.data.runId === runId && event.data.kind === kind)
      jobs.add(event.data.jobId);
  return events.filter(
    ({ event }) =>
      ('jobId' in event.data && jobs.has(event.data.jobId as string)) ||
      (event.type === 'ArtifactRegistered' && jobs.has(event.data.manifest.jobId)),
  );
}

async function untilCompleted(runId: string, kind: JobKind, jobs: number): Promise<RecordedEvent[]> {
  for (;;) {
    const events = await eventsOf(runId, kind);
    if (events.filter(({ event }) => event.type === 'JobCompleted').length === jobs) return events;
    const failed = events.find(({ event }) => event.type === 'JobFailed');
    if (failed) throw new Error(JSON.stringify(failed.event.data));
    await delay(50);
  }
}

/** SHA-256 of every output by its path. That a path is there twice would be a unit that counts twice. */
function outputsOf(events: RecordedEvent[]): Record<string, string> {
  const files = events.flatMap(({ event }) =>
    event.type === 'ArtifactRegistered' ? event.data.manifest.files : [],
  );
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  return Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]).sort());
}

/** The corpus of a run whose documents are refined. Nothing rings here, so each step has workers of its own, which find its jobs drafted. */
async function corpusOf(runId: string, steps: [JobKind, number][]): Promise<Record<string, string>> {
  for (const [kind, jobs] of steps) {
    while ((await eventsOf(runId, kind)).length < 2 * jobs) await delay(50);
    const names = jobs > 1 ? ['one', 'another'] : ['one'];
    const workers = await Promise.all(names.map((name) => startWorker(`${name} for ${kind} of ${runId}`)));
    await untilCompleted(runId, kind, jobs);
    for (const { child } of workers) child.kill('SIGKILL');
  }
  return outputsOf(await eventsOf(runId, 'dedup'));
}

test('eight ranks shared by donated workers, one of them killed in mid-shard, give the bytes of one rank on one undisturbed worker', async () => {
  const sourceIds: string[] = [];
  for (let i = 0; i < SOURCES; i++) sourceIds.push(await filteredSource(i));
  // From here on: earlier it would draft ingest jobs of its own for the sources.
  running.push(runPlanner(testHub.hub, currentPresets, { log: silentLog, signal: stop.signal }));
  const abandon = async (runId: string) =>
    send(testHub.hub, await newPerson(testHub.hub, 'lead'), {
      type: 'run.abandon',
      data: { runId, reason: 'measured' },
    });

  // Nothing rings here, so a worker that found no job would wait for its next poll: jobs come first.
  const calm = await registerRun('one rank', sourceIds, 1);
  while ((await eventsOf(calm, 'refine')).length < 2) await delay(50);
  const first = await startWorker('first');
  const expected = outputsOf(await untilCompleted(calm, 'refine', 1));
  expect(Object.keys(expected)).toHaveLength(3 * SOURCES);
  first.child.kill('SIGKILL');
  const corpus = await corpusOf(calm, [['dedup', 1]]);
  await abandon(calm);
  expect(Object.keys(corpus)).toHaveLength(3);

  const shared = await registerRun('eight ranks', sourceIds, 8);
  while ((await eventsOf(shared, 'refine')).length < 2 * SOURCES) await delay(50);
  const victim = await startWorker('victim');
  while (!inMidShard(victim)) {
    expect(victim.child.exitCode, 'the victim ended by itself').toBeNull();
    await delay(2);
  }
  victim.child.kill('SIGKILL');
  await once(victim.child, 'exit');
  await startWorker('other');
  while (!(await eventsOf(shared, 'refine')).some(({ event }) => event.type === 'LeaseExpired'))
    await delay(50);
  await startWorker('third');
  const events = await untilCompleted(shared, 'refine', 8);

  expect(outputsOf(events)).toEqual(expected);
  const count = (type: string) => events.filter(({ event }) => event.type === type).length;
  expect({
    leases: count('JobLeased'),
    expired: count('LeaseExpired'),
    artifacts: count('ArtifactRegistered'),
  }).toEqual({ leases: 9, expired: 1, artifacts: 8 });

  const steps: [JobKind, number][] = [
    ['dedup-sign', 8],
    ['dedup-group', 1],
    ['dedup-apply', 8],
    ['dedup', 1],
  ];
  expect(await corpusOf(shared, steps)).toEqual(corpus);
  await abandon(shared);
});
