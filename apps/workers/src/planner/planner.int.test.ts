import { type Hub, readLog } from '@tsudoi/hub';
import type { ArtifactDraft, DomainEvent, JobKind } from '@tsudoi/schema';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestHub, type TestHub } from '../../../../packages/hub/src/testing/database.ts';
import { artifactDraft, runCard } from '../../../../packages/hub/src/testing/samples.ts';
import {
  acceptedSource,
  claim,
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

const outputs: Record<JobKind, ArtifactDraft['kind']> = {
  ingest: 'documents',
  filter: 'filtered-documents',
  refine: 'filtered-documents',
  dedup: 'corpus',
  tokenizer: 'tokenizer',
  shards: 'token-shards',
  pretrain: 'model',
  evaluate: 'evaluation',
};

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
  for (const kind of Object.keys(outputs) as JobKind[]) await doNextJob(node, kind, runId);
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

async function doNextJob(node: Awaited<ReturnType<typeof newNode>>, kind: JobKind, runId: string) {
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
