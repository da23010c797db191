import type { ArtifactEvent } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hub } from '../hub.ts';
import { readLog, readStream } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { artifactDraft, ingestRecipe, runCard } from '../testing/samples.ts';
import {
  acceptedSource,
  claim,
  completedJob,
  draftedJob,
  newNode,
  newPerson,
  send,
  system,
  uploaded,
} from '../testing/scenario.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
});
afterAll(() => testHub.drop());

async function manifestOf(artifactId: string) {
  const { events } = await readStream(hub.sql, 'artifact', artifactId);
  return (events[0] as ArtifactEvent).data.manifest;
}
const ingestJob = (sourceId: string) =>
  draftedJob(hub, { recipe: ingestRecipe(sourceId), sourceIds: [sourceId] });

test('an artifact carries lineage and the licence verdict of everything it was made from', async () => {
  const open = await acceptedSource(hub, { licence: 'CC-BY-SA-4.0' });
  const quiet = await acceptedSource(hub, {
    licence: 'Apache-2.0',
    rights: { train: true, search: false, redistribute: false },
  });
  const documents = [
    await completedJob(hub, await ingestJob(open), 'documents', '1'.repeat(64)),
    await completedJob(hub, await ingestJob(quiet), 'documents', '2'.repeat(64)),
  ];
  const runId = uuidV7();
  const recipe = { kind: 'dedup' as const, runId, ...runCard([open]).dedup };
  const jobId = await draftedJob(hub, { recipe, inputs: documents, sourceIds: [open, quiet], runId });
  const corpus = await completedJob(hub, jobId, 'corpus', '3'.repeat(64));
  const manifest = await manifestOf(corpus);
  expect(manifest).toMatchObject({
    inputs: documents,
    jobId,
    runId,
    recipe,
    sourceIds: [open, quiet].sort(),
  });
  expect(manifest.licence.expressions).toEqual(['Apache-2.0', 'CC-BY-SA-4.0']);
  expect(manifest.licence.rights).toEqual({ train: true, search: false, redistribute: false });
  expect(manifest.licence.obligations).toContainEqual({ rule: 'share-alike', licence: 'CC-BY-SA-4.0' });
});

test('the next job is leased with the files of its inputs', async () => {
  const source = await acceptedSource(hub);
  const documents = await completedJob(hub, await ingestJob(source), 'documents');
  const recipe = {
    kind: 'filter' as const,
    sourceId: source,
    preset: 'ja',
    rules: [{ filter: 'length', params: { min: 50 } }],
  };
  const jobId = await draftedJob(hub, { recipe, inputs: [documents], sourceIds: [source] });
  const [input] = (await claim(hub, await newNode(hub), jobId))!.inputs;
  const [{ path, sha256, size }] = artifactDraft('documents').files;
  expect(input).toMatchObject({ artifactId: documents, kind: 'documents', sourceIds: [source] });
  expect(input.files).toEqual([{ path, sha256, size }]);
});

test('artifacts and the end of their job are appended together, artifacts first', async () => {
  const jobId = await ingestJob(await acceptedSource(hub));
  const artifactId = await completedJob(hub, jobId, 'documents', '4'.repeat(64));
  const log = await readLog(hub.sql, 0, 10_000);
  const tail = log.slice(-3);
  expect(tail.map(({ event }) => event.type)).toEqual(['ArtifactRegistered', 'JobCompleted', 'JobVerified']);
  expect(tail[1].event.data).toMatchObject({ jobId, epoch: 1, artifactIds: [artifactId] });
  expect(new Set(tail.map(({ meta }) => meta.commandId)).size).toBe(1);
});

test('an output named twice is registered once', async () => {
  const jobId = await ingestJob(await acceptedSource(hub));
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const output = artifactDraft('documents', '5'.repeat(64));
  await uploaded(hub, '5'.repeat(64));
  const data = { jobId, epoch: 1, codeCommit: 'test', outputs: [output, output] };
  const { result } = await send(hub, node, { type: 'job.complete', data });
  expect((result as { artifactIds: string[] }).artifactIds).toHaveLength(1);
});

test('a file that was never uploaded, or has another size, keeps the job open', async () => {
  const jobId = await ingestJob(await acceptedSource(hub));
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const sha256 = '6'.repeat(64);
  const outputs = [artifactDraft('documents', sha256)];
  const complete = () =>
    send(hub, node, { type: 'job.complete', data: { jobId, epoch: 1, codeCommit: 'test', outputs } });
  await expect(complete()).rejects.toMatchObject({ code: 'object.missing', params: { sha256 } });
  await uploaded(hub, sha256, 11);
  await expect(complete()).rejects.toMatchObject({ code: 'object.missing' });
  await hub.sql`update object set size = 10 where sha256 = ${sha256}`;
  await complete();
});

test('a job that hands in something else than its kind asks for is refused', async () => {
  const jobId = await ingestJob(await acceptedSource(hub));
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const outputs = [artifactDraft('corpus')];
  await uploaded(hub, outputs[0].files[0].sha256);
  await expect(
    send(hub, node, { type: 'job.complete', data: { jobId, epoch: 1, codeCommit: 'test', outputs } }),
  ).rejects.toMatchObject({ code: 'job.output-missing', params: { kind: 'ingest', expected: 'documents' } });
});

test('a job cannot be drafted over artifacts that do not exist, nor twice', async () => {
  const inputs = [`art_${'0'.repeat(32)}`];
  await expect(draftedJob(hub, { inputs })).rejects.toMatchObject({ code: 'artifact.unknown' });
  const jobId = await draftedJob(hub);
  await expect(draftedJob(hub, { jobId })).rejects.toMatchObject({ code: 'stream.exists' });
});

test('a run goes from its card over a lost lease to its model, and starts once', async () => {
  const source = await acceptedSource(hub);
  const runId = uuidV7();
  const card = runCard([source]);
  await send(hub, await newPerson(hub, 'lead'), {
    type: 'run.register',
    data: { runId, groupId: null, card },
  });
  const recipe = { kind: 'pretrain' as const, runId, ...card.pretrain };
  const jobId = await draftedJob(hub, { recipe, sourceIds: [source], runId });
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const start = (epoch: number, settings = card.pretrain) =>
    send(hub, node, { type: 'run.start', data: { runId, jobId, epoch, settings } });
  const faster = { ...card.pretrain, optimizer: { ...card.pretrain.optimizer, learningRate: 0.01 } };
  await expect(start(1, faster)).rejects.toMatchObject({
    code: 'run.settings-differ',
    params: { field: 'optimizer.learningRate', card: '0.001', actual: '0.01' },
  });
  await expect(start(2)).rejects.toMatchObject({ code: 'lease.not-held' });
  await start(1);
  await start(1);
  expect((await readStream(hub.sql, 'run', runId)).events.map(({ type }) => type)).toEqual([
    'RunRegistered',
    'RunStarted',
  ]);
  await uploaded(hub, '7'.repeat(64));
  const outputs = [artifactDraft('model', '7'.repeat(64))];
  const { result } = await send(hub, node, {
    type: 'job.complete',
    data: { jobId, epoch: 1, codeCommit: 'test', outputs },
  });
  const [model] = (result as { artifactIds: string[] }).artifactIds;
  const finish = { runId, modelArtifactId: model, evaluationArtifactId: model };
  await send(hub, system, { type: 'run.complete', data: finish });
  await expect(send(hub, system, { type: 'run.complete', data: finish })).rejects.toMatchObject({
    code: 'run.not-open',
  });
});
