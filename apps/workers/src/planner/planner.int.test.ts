import { type Hub, readLog } from '@tsudoi/hub';
import type { ArtifactDraft, DomainEvent, JobKind } from '@tsudoi/schema';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestHub, type TestHub } from '../../../../packages/hub/src/testing/database.ts';
import { artifactDraft, runCard } from '../../../../packages/hub/src/testing/samples.ts';
import {
  acceptedSource,
  claim,
  completedJob,
  letLeaseRunOut,
  newNode,
  newPerson,
  send,
  uploaded,
} from '../../../../packages/hub/src/testing/scenario.ts';
import { runReaper } from '../reaper.ts';
import { silentLog } from '../roles/log.ts';
import { currentPresets } from './filter-presets.ts';
import { runPlanner } from './run-planner.ts';
import { uuid } from './testing/log.ts';

let testHub: TestHub;
let hub: Hub;
let stop: AbortController;
let running: Promise<void>[];

beforeEach(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await testHub.drop();
});

const startPlanner = () =>
  running.push(runPlanner(hub, currentPresets, { log: silentLog, signal: stop.signal }));

const outputs = {
  ingest: 'documents',
  filter: 'filtered-documents',
  refine: 'filtered-documents',
  dedup: 'corpus',
  tokenizer: 'tokenizer',
  shards: 'token-shards',
  pretrain: 'model',
  evaluate: 'evaluation',
} satisfies Partial<Record<JobKind, ArtifactDraft['kind']>>;

test('two planners lead an accepted source to an evaluated model, each job drafted once', async () => {
  startPlanner();
  startPlanner();
  const sourceId = await acceptedSource(hub);
  const runId = uuid('a run');
  const lead = await newPerson(hub, 'lead');
  const filter = { rules: [{ filter: 'length', params: { min: 1 } }] };
  const card = { ...runCard([sourceId]), corpus: { ranks: 4, filter } };
  await send(hub, lead, { type: 'run.register', data: { runId, groupId: null, card } });
  const node = await newNode(hub);
  for (const kind of Object.keys(outputs) as (keyof typeof outputs)[]) await doNextJob(node, kind, runId);
  await eventually((events) => events.some(({ type }) => type === 'RunCompleted'));

  const events = await allEvents();
  const drafted = events.flatMap((event) => (event.type === 'JobDrafted' ? [event.data.kind] : []));
  expect(drafted).toEqual(Object.keys(outputs));
  expect(events.filter(({ type }) => type === 'SourceIngested')).toHaveLength(1);
  const [position] = await hub.sql`select position, error from reactor where name = 'planner'`;
  expect(position.error).toBeNull();
});

test('a planner that was away catches up from the log', async () => {
  const sourceId = await acceptedSource(hub);
  startPlanner();
  await eventually((events) =>
    events.some((event) => event.type === 'JobDrafted' && event.data.sourceIds.includes(sourceId)),
  );
});

test('drafted jobs go on with the trace and the correlation of what caused them', async () => {
  startPlanner();
  await acceptedSource(hub);
  await eventually((events) => events.some(({ type }) => type === 'JobDrafted'));
  const log = await readLog(hub.sql, 0, 1000);
  const accepted = log.find(({ event }) => event.type === 'SourceAccepted');
  const drafted = log.find(({ event }) => event.type === 'JobDrafted');
  expect(drafted?.meta).toMatchObject({
    actor: 'system:planner',
    causationPosition: accepted?.position,
    correlationId: accepted?.meta.correlationId,
  });
});

test('the reaper queues a job again whose lease ran out', async () => {
  startPlanner();
  running.push(runReaper(hub, { log: silentLog, signal: stop.signal }));
  await acceptedSource(hub);
  await eventually((events) => events.some(({ type }) => type === 'JobQueued'));
  const lease = await claim(hub, await newNode(hub));
  await letLeaseRunOut(hub, lease!.jobId);
  await eventually((events) => events.some((event) => event.type === 'LeaseExpired' && event.data.requeued));
  const again = await claim(hub, await newNode(hub));
  expect(again).toMatchObject({ jobId: lease?.jobId, epoch: 2 });
});

test('a rank of a deduplication whose worker died is done by another, and its part counts once', async () => {
  startPlanner();
  running.push(runReaper(hub, { log: silentLog, signal: stop.signal }));
  const sourceIds = [await acceptedSource(hub), await acceptedSource(hub)];
  const card = { ...runCard(sourceIds), corpus: { ranks: 2 } };
  const data = { runId: uuid('a run in ranks'), groupId: null, card };
  await send(hub, await newPerson(hub, 'lead'), { type: 'run.register', data });
  const finish = async (kind: JobKind, output: ArtifactDraft['kind'], count: number) => {
    const made: string[] = [];
    for (const { jobId } of await draftsOf(kind, count)) made.push(await completedJob(hub, jobId, output));
    return made.sort();
  };
  await finish('ingest', 'documents', 2);
  await finish('filter', 'filtered-documents', 2);

  const [{ jobId }] = await draftsOf('dedup-sign', 2);
  const dead = await newNode(hub);
  const lease = await claim(hub, dead, jobId);
  await letLeaseRunOut(hub, jobId);
  await eventually((events) => events.some((event) => event.type === 'LeaseExpired' && event.data.requeued));
  const signatures = await finish('dedup-sign', 'signatures', 2);
  const late = { jobId, epoch: lease!.epoch, codeCommit: 'test', outputs: [artifactDraft('signatures')] };
  await expect(send(hub, dead, { type: 'job.complete', data: late })).rejects.toMatchObject({
    code: 'lease.stale-epoch',
  });
  const [group] = await draftsOf('dedup-group', 1);
  expect(group.inputs).toEqual(signatures);

  const [lists] = await finish('dedup-group', 'duplicates', 1);
  const parts = await finish('dedup-apply', 'filtered-documents', 2);
  const [join] = await draftsOf('dedup', 1);
  expect(join.inputs).toEqual([...parts, lists].sort());
  const corpus = await finish('dedup', 'corpus', 1);
  expect((await draftsOf('tokenizer', 1))[0].inputs).toEqual(corpus);
});

/** The drafted jobs of a kind, once there are so many; there are never more. */
async function draftsOf(kind: JobKind, count: number) {
  const ofKind = (events: DomainEvent[]) =>
    events.flatMap((event) => (event.type === 'JobDrafted' && event.data.kind === kind ? [event.data] : []));
  await eventually((events) => ofKind(events).length >= count);
  const drafts = ofKind(await allEvents());
  expect(drafts).toHaveLength(count);
  return drafts;
}

async function doNextJob(
  node: Awaited<ReturnType<typeof newNode>>,
  kind: keyof typeof outputs,
  runId: string,
) {
  await eventually((events) =>
    events.some((event) => event.type === 'JobDrafted' && event.data.kind === kind),
  );
  const lease = await claim(hub, node);
  expect(lease?.recipe.kind).toBe(kind);
  const { jobId, epoch } = lease!;
  if (lease?.recipe.kind === 'pretrain') {
    const { kind: _kind, runId: _runId, ...settings } = lease.recipe;
    await send(hub, node, { type: 'run.start', data: { runId, jobId, epoch, settings } });
  }
  const output = artifactDraft(outputs[kind]);
  await uploaded(hub, output.files[0].sha256);
  const data = { jobId, epoch, codeCommit: 'test', outputs: [output] };
  await send(hub, node, { type: 'job.complete', data });
}

async function allEvents(): Promise<DomainEvent[]> {
  return (await readLog(hub.sql, 0, 10_000)).map(({ event }) => event);
}

async function eventually(holds: (events: DomainEvent[]) => boolean): Promise<void> {
  while (!holds(await allEvents())) await new Promise((resolve) => setTimeout(resolve, 20));
}
