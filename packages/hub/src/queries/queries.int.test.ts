import { Rejection } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heartbeat } from '../lease/heartbeat.ts';
import { logHead } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { logMetrics } from '../metrics/log-metrics.ts';
import { runProjections } from '../projections/run-projections.ts';
import { waitForProjections } from '../projections/wait-for-projections.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { artifactDraft, runCard } from '../testing/samples.ts';
import { claim, draftedJob, letLeaseRunOut, newNode, send, system, uploaded } from '../testing/scenario.ts';
import { activity } from './activity.ts';
import { artifactDetail, artifactPage } from './artifacts.ts';
import { hubStatus } from './hub-status.ts';
import { jobBoard, jobDetail, jobPage } from './jobs.ts';
import { lineage } from './lineage.ts';
import { groupMembers, groups, opennessOf, peoplePage, personas, tokens, viewer } from './people.ts';
import { runMetrics } from './run-metrics.ts';
import { runDetail, runPage } from './runs.ts';
import { sourceDetail, sourcePage, sourceTitles } from './sources.ts';
import { storyTrace, tellStory } from './story.ts';

let test_: TestHub;
let story: Awaited<ReturnType<typeof tellStory>>;
const stop = new AbortController();
let running: Promise<void>;
const hub = () => test_.hub;

async function caughtUp(): Promise<void> {
  const { position } = await logHead(hub().sql);
  expect(await waitForProjections(hub(), position, 10_000)).toBe(true);
}

beforeAll(async () => {
  test_ = await createTestHub();
  running = runProjections(hub(), { signal: stop.signal });
  story = await tellStory(hub());
  await caughtUp();
});
afterAll(async () => {
  stop.abort();
  await running;
  await test_.drop();
});

test('a person sees their own roles, groups and permissions, at once', async () => {
  const { ken, mia, groupId } = story;
  const seen = await viewer(hub(), ken.personId);
  expect(seen.displayName).toBe('集い 花子');
  expect(seen.roles.map(({ role }) => role).sort()).toEqual(['contributor', 'lead', 'reviewer']);
  expect(seen.permissions).toContain('run.register');
  expect((await viewer(hub(), mia.personId)).groups).toMatchObject([{ groupId, nameEn: 'Corpus building' }]);
  expect((await viewer(hub(), uuidV7())).permissions).toEqual(['public.read']);
  expect((await personas(hub())).map(({ personId }) => personId)).toContain(mia.personId);
  expect(await groups(hub())).toMatchObject([{ slug: 'corpus', members: [{ personId: mia.personId }] }]);
});

test('a token is listed by its label and never by its secret', async () => {
  const tokenId = uuidV7();
  const data = { tokenId, label: 'my laptop', scopes: ['node.work' as const] };
  await send(hub(), story.mia, { type: 'person.issueToken', data });
  await send(hub(), story.mia, { type: 'person.revokeToken', data: { tokenId } });
  await caughtUp();
  const [token] = await tokens(hub(), story.mia.personId);
  expect(token).toMatchObject({ tokenId, label: 'my laptop', scopes: ['node.work'] });
  expect(token.revokedAt).toMatch(/^\d{4}-.*Z$/);
  expect(Object.keys(token).sort()).toEqual([
    'expiresAt',
    'groupId',
    'issuedAt',
    'label',
    'lastUsedAt',
    'revokedAt',
    'scopes',
    'tokenId',
  ]);
});

test('the list of sources shows where each proposal stands', async () => {
  const { items: list } = await sourcePage(hub());
  expect(list.find((source) => source.sourceId === story.sourceId)).toMatchObject({
    ...{
      titleJa: 'マニュアル',
      state: 'ingested',
      accepts: 2,
      quorum: 2,
      documents: 3,
      bytes: 99,
      languages: ['ja'],
    },
    proposer: { personId: story.proposer.personId, displayName: '集い 花子' },
  });
  expect(list.find((source) => source.sourceId === story.refusedId)?.state).toBe('rejected');
});

test('lists are read a page at a time, each row once, with counts of what is looked for', async () => {
  const whole = await sourcePage(hub(), { limit: 200 });
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await sourcePage(hub(), { limit: 1, after });
    seen.push(...page.items.map(({ sourceId }) => sourceId));
    after = page.next ?? undefined;
  } while (after);
  expect(seen).toEqual(whole.items.map(({ sourceId }) => sourceId));
  expect(whole.counts).toMatchObject({ ingested: 1, rejected: 1 });

  const found = await sourcePage(hub(), { text: ' MANUAL ' });
  expect(found.items.map(({ sourceId }) => sourceId)).toEqual([story.sourceId]);
  expect(found.counts).toEqual({ ingested: 1 });
  expect((await sourcePage(hub(), { text: '%' })).items).toEqual([]); // a sign people type, not a pattern
  expect((await sourcePage(hub(), { state: 'rejected' })).items).toMatchObject([
    { sourceId: story.refusedId },
  ]);
  expect(await sourceTitles(hub(), [story.sourceId, uuidV7()])).toMatchObject([{ titleEn: 'Manual pages' }]);

  const artifacts = await artifactPage(hub(), { limit: 200 });
  const [newest] = artifacts.items;
  const later = await artifactPage(hub(), { limit: 1 });
  expect(later.items).toEqual([newest]);
  expect((await artifactPage(hub(), { limit: 200, after: later.next! })).items).toEqual(
    artifacts.items.slice(1),
  );
  expect((await artifactPage(hub(), { text: newest!.artifactId.slice(0, 20) })).items).toEqual([newest]);
  const odd = Buffer.from(JSON.stringify([new Date(), 'no id'])).toString('base64url');
  for (const page of [sourcePage, artifactPage, runPage, jobPage, peoplePage])
    await expect(page(hub(), { after: odd })).rejects.toMatchObject({ code: 'input.invalid' });
  await expect(sourcePage(hub(), { after: 'no cursor' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('people are found by name; members of a group come with the roles that count in it', async () => {
  const { mia, groupId } = story;
  const everybody = await peoplePage(hub(), { limit: 200 });
  expect(everybody.items.find(({ personId }) => personId === mia.personId)).toMatchObject({
    groups: [{ groupId }],
    roles: [
      { role: 'contributor', groupId: null },
      { role: 'reviewer', groupId: null },
    ],
  });
  const first = await peoplePage(hub(), { limit: 1 });
  expect((await peoplePage(hub(), { limit: 200, after: first.next! })).items).toEqual(
    everybody.items.slice(1),
  );
  expect((await peoplePage(hub(), { text: 'nobody is called so' })).items).toEqual([]);
  expect(await opennessOf(hub(), mia.personId)).toMatch(/^\d{4}-\d{2}$/);

  expect(await groupMembers(hub(), { groupId })).toMatchObject({ total: 1, items: [{ roles: [] }] });
  expect(await groupMembers(hub(), { groupId, skip: 1 })).toEqual({ total: 1, items: [] });
  await expect(groupMembers(hub(), { groupId: uuidV7() })).rejects.toMatchObject({ code: 'group.unknown' });
});

test('a refused source says by which rule', async () => {
  const { refusedBy, reviews } = await sourceDetail(hub(), story.refusedId);
  expect(refusedBy).toMatchObject({ licence: 'CC-BY-NC-4.0' });
  expect(reviews).toEqual([]);
});

test('a source lists its reviews, jobs, history and every artifact it went into', async () => {
  const source = await sourceDetail(hub(), story.sourceId);
  expect(source.reviews).toMatchObject([
    { reviewer: { personId: story.mia.personId }, verdict: 'accept', comment: 'ライセンスを確認しました' },
    { reviewer: { personId: story.ken.personId } },
  ]);
  expect(source.artifacts.map(({ kind }) => kind)).toEqual([
    ...['evaluation', 'model', 'token-shards', 'tokenizer', 'corpus', 'documents'],
  ]);
  expect(source.jobs).toHaveLength(6);
  expect(source.history.map(({ type }) => type)).toEqual([
    ...['SourceIngested', 'SourceAccepted', 'SourceReviewed', 'SourceReviewed', 'SourceProposed'],
  ]);
});

test('a job tells its leases, checkpoints, inputs and outputs', async () => {
  const job = await jobDetail(hub(), story.pretrain);
  expect(job).toMatchObject({ kind: 'pretrain', state: 'done', epoch: 2, progress: 1, failure: null });
  expect(job.leases).toMatchObject([
    { epoch: 1, outcome: 'expired' },
    { epoch: 2, outcome: 'completed' },
  ]);
  expect(job.checkpoints).toMatchObject([{ step: 50, epoch: 1, size: 123 }]);
  expect(job.inputs.map(({ artifactId }) => artifactId).sort()).toEqual(
    [story.shards, story.tokenizer].sort(),
  );
  expect(job.outputs).toMatchObject([{ artifactId: story.model, kind: 'model', rights: { train: true } }]);
});

test('a job and what happened to it carry the trace of the click that caused them', async () => {
  const job = await jobDetail(hub(), story.ingestJob);
  expect(job.traceId).toBe(storyTrace);
  expect(job.history.at(-1)).toMatchObject({ type: 'JobDrafted', traceId: storyTrace });
});

test('a failed job says why, in a form that can be translated', async () => {
  const job = await jobDetail(hub(), story.failed);
  expect(job).toMatchObject({ state: 'failed', failure: { code: 'source.unreachable' } });
  expect(job.leases).toMatchObject([{ outcome: 'failed' }]);
  expect(job.finishedAt).not.toBeNull();
});

test('a leased job shows its live progress and its note, and a list can be cut to one state', async () => {
  const jobId = await draftedJob(hub());
  const node = await newNode(hub());
  await claim(hub(), node, jobId);
  const note = { code: 'kept' as const, params: { kept: 3, total: 12 } };
  await heartbeat(hub(), node, { jobId, epoch: 1, progress: 0.25, note });
  await caughtUp();
  expect((await jobPage(hub(), { state: 'leased' })).items).toMatchObject([
    { jobId, node: 'test-node', progress: 0.25, note, epoch: 1 },
  ]);
  expect((await jobDetail(hub(), jobId)).expiresAt).toMatch(/Z$/);
  expect((await jobPage(hub(), { state: 'done' })).items.every(({ state }) => state === 'done')).toBe(true);
});

test('the job list comes in pages that miss and double nothing, and the board counts without reading all', async () => {
  const whole = (await jobPage(hub(), { limit: 200 })).items.map(({ jobId }) => jobId);
  const paged: string[] = [];
  let after: string | undefined;
  do {
    const page = await jobPage(hub(), { limit: 2, after });
    paged.push(...page.items.map(({ jobId }) => jobId));
    after = page.next ?? undefined;
  } while (after);
  expect(paged).toEqual(whole);
  await expect(jobPage(hub(), { after: 'nonsense' })).rejects.toMatchObject({ code: 'input.invalid' });
  const done = (await jobBoard(hub(), 2)).find(({ state }) => state === 'done')!;
  expect(done.jobs).toHaveLength(2);
  expect(done.count).toBeGreaterThan(2);
});

test('a run shows its card, newest metrics, jobs, model and evaluation', async () => {
  const [summary] = (await runPage(hub())).items;
  expect(summary).toMatchObject({ runId: story.runId, state: 'completed', steps: 200, step: 59 });
  expect(summary.latest.loss).toBeCloseTo(9 - 0.59);
  const run = await runDetail(hub(), story.runId);
  expect(run).toMatchObject({ modelArtifactId: story.model, evaluationArtifactId: story.evaluation });
  expect(run.evaluation).toEqual({ documents: 3, bytes: 99 });
  expect(run.jobs.map(({ kind }) => kind)).toEqual(['evaluate', 'pretrain', 'shards', 'tokenizer', 'dedup']);
  expect(run.sources.map(({ sourceId }) => sourceId)).toEqual([story.sourceId]);
});

test('runs are read a page at a time, by title and state, with counts of what is looked for', async () => {
  const card = runCard([story.sourceId]);
  const data = (title: string) => ({ runId: uuidV7(), groupId: null, card: { ...card, title } });
  for (const title of ['二つ目', '100% dry', '三つ目'])
    await send(hub(), story.ken, { type: 'run.register', data: data(title) });
  await caughtUp();
  const whole = await runPage(hub());
  expect(whole.items.map(({ title }) => title)).toEqual(['三つ目', '100% dry', '二つ目', card.title]);
  expect(whole).toMatchObject({ next: null, counts: { registered: 3, completed: 1 } });
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await runPage(hub(), { limit: 1, after });
    expect(page.items).toHaveLength(1);
    seen.push(page.items[0].runId);
    after = page.next ?? undefined;
  } while (after);
  expect(seen).toEqual(whole.items.map(({ runId }) => runId));
  expect((await runPage(hub(), { text: '% D' })).items.map(({ title }) => title)).toEqual(['100% dry']);
  const done = await runPage(hub(), { state: 'completed' });
  expect(done.items.map(({ runId }) => runId)).toEqual([story.runId]);
  expect(done.counts).toEqual(whole.counts);
  expect((await runPage(hub(), { runIds: [story.runId] })).items).toEqual(done.items);
  await expect(runPage(hub(), { after: 'nonsense' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('an artifact names its producer, its users and its evaluations', async () => {
  const model = await artifactDetail(hub(), story.model);
  expect(model.producer).toMatchObject({ jobId: story.pretrain, kind: 'pretrain' });
  expect(model.usedBy.map(({ artifactId }) => artifactId)).toEqual([story.evaluation]);
  expect(model.evaluations).toHaveLength(1);
  expect(model.manifest.licence.expressions).toEqual(['CC-BY-SA-4.0']);
  expect(
    (await artifactPage(hub(), { kind: 'tokenizer' })).items.map(({ artifactId }) => artifactId),
  ).toEqual([story.tokenizer]);
});

test('lineage leads from a model back to its sources and on to what was made from it, and nowhere else', async () => {
  const { nodes, edges } = await lineage(hub(), story.tokenizer);
  const ids = nodes.map(({ id }) => id);
  const { sourceId, documents, corpus, tokenizer, shards, model, evaluation } = story;
  expect(new Set(ids)).toEqual(new Set([sourceId, documents, corpus, tokenizer, shards, model, evaluation]));
  const pairs = edges.map(({ from, to }) => `${from} ${to}`);
  expect(new Set(pairs)).toEqual(
    new Set([
      ...[`${sourceId} ${documents}`, `${documents} ${corpus}`, `${corpus} ${tokenizer}`],
      ...[`${tokenizer} ${shards}`, `${tokenizer} ${model}`, `${shards} ${model}`],
      ...[`${model} ${evaluation}`, `${shards} ${evaluation}`],
    ]),
  );
  expect(nodes[0]).toMatchObject({
    kind: 'source',
    title: 'マニュアル',
    titleEn: 'Manual pages',
    state: 'ingested',
  });
});

test('the activity feed names what each event is about, who did it and on which machine', async () => {
  const all = await activity(hub(), { limit: 200 });
  const positions = all.map(({ position }) => position);
  expect(positions).toEqual([...positions].sort((a, b) => b - a));
  const find = (type: string, streamId?: string) =>
    all.find((item) => item.type === type && (!streamId || item.streamId === streamId));
  expect(find('SourceReviewed')).toMatchObject({ title: 'マニュアル', titleEn: 'Manual pages' });
  expect(find('JobLeased', story.pretrain)).toMatchObject({ title: '小さなモデル', node: 'test-node' });
  expect(find('JobDrafted', story.ingestJob)).toMatchObject({ title: 'マニュアル', actor: null });
  expect(find('ArtifactRegistered', story.model)).toMatchObject({ title: 'a model', node: 'test-node' });
  expect(find('PersonJoined', story.mia.personId)?.title).toBe('集い 花子');
  expect(find('ArtifactRegistered')?.data).not.toHaveProperty('manifest'); // too long for a line
  const older = await activity(hub(), { limit: 5, before: positions[10] });
  expect(older.map(({ position }) => position)).toEqual(positions.slice(11, 16));
});

test('an erased person reads as an empty name everywhere', async () => {
  await hub().sql`delete from profile where person_id = ${story.proposer.personId}`;
  const source = await sourceDetail(hub(), story.sourceId);
  expect(source.proposer).toEqual({ personId: story.proposer.personId, displayName: '' });
  expect(source.history.at(-1)?.actor?.displayName).toBe('');
  expect((await viewer(hub(), story.proposer.personId)).displayName).toBe('');
});

test('the status gives the log, its followers and the counts', async () => {
  const status = await hubStatus(hub());
  expect(status.projections.map(({ name }) => name)).toEqual([
    ...['activity', 'annotations', 'artifacts', 'credits', 'jobs', 'people', 'releases', 'runs', 'sources'],
    'streams',
  ]);
  expect(status.projections.every(({ position, error }) => position === status.position && !error)).toBe(
    true,
  );
  expect(status.counts).toMatchObject({ sources: 2, artifacts: 6, bytes: 60, jobsQueued: 0, jobsRunning: 1 });
});

test('asking for what is not there is a typed rejection', async () => {
  const id = uuidV7();
  const codes = [
    ...[sourceDetail(hub(), id), jobDetail(hub(), id), runDetail(hub(), id)],
    ...[artifactDetail(hub(), 'art_none'), lineage(hub(), 'art_none')],
  ].map((query) => query.then(null, (error) => error instanceof Rejection && error.code));
  expect(await Promise.all(codes)).toEqual([
    ...['source.unknown', 'job.unknown', 'run.unknown', 'artifact.unknown', 'artifact.unknown'],
  ]);
});

test('a long curve is thinned to the asked size and keeps every spike and both ends', async () => {
  const runId = uuidV7();
  const jobId = await draftedJob(hub(), { runId });
  const node = await newNode(hub());
  await claim(hub(), node, jobId);
  const value = (step: number) => (step === 3777 ? 50 : 5 + Math.sin(step / 100));
  for (let start = 0; start < 6000; start += 2000) {
    const points = Array.from({ length: 2000 }, (_, i) => ({
      series: 'loss',
      step: start + i,
      value: value(start + i),
    }));
    await logMetrics(hub(), node, { jobId, epoch: 1, runId, points });
  }
  const [{ series, points }] = await runMetrics(hub(), runId, 500);
  expect(series).toBe('loss');
  expect(points.length).toBeLessThanOrEqual(500);
  expect(points.length).toBeGreaterThan(400);
  expect(points).toContainEqual([3777, 50]);
  expect([points[0][0], points.at(-1)?.[0]]).toEqual([0, 5999]);
  expect((await runMetrics(hub(), runId, 6000))[0].points).toHaveLength(6000);
});

test('a resumed run overwrites what it measures again, and only the lease holder may measure', async () => {
  const runId = uuidV7();
  const jobId = await draftedJob(hub(), { runId });
  const node = await newNode(hub());
  await claim(hub(), node, jobId);
  const log = (steps: number[], value: number, change = {}) =>
    logMetrics(hub(), node, {
      ...{ jobId, epoch: 1, runId, ...change },
      points: steps.map((step) => ({ series: 'loss', step, value })),
    });
  await log([1, 2, 3], 7);
  await log([2, 3, 3], 6);
  expect((await runMetrics(hub(), runId, 100))[0].points).toEqual([
    [1, 7],
    [2, 6],
    [3, 6],
  ]);
  await expect(log([4], 1, { epoch: 2 })).rejects.toThrow('lease.not-held');
  await expect(log([4], 1, { runId: uuidV7() })).rejects.toThrow('run.unknown');
});

test('a finished job keeps its last note; the next lease of a lost job starts without one', async () => {
  const node = await newNode(hub());
  const note = { code: 'tokens' as const, params: { count: 1234 } };
  const [finished, lost] = [await draftedJob(hub()), await draftedJob(hub())];
  for (const jobId of [finished, lost]) {
    await claim(hub(), node, jobId);
    await heartbeat(hub(), node, { jobId, epoch: 1, progress: 1, note });
  }
  const hash = 'e'.repeat(64);
  const data = { jobId: finished, epoch: 1, codeCommit: 'test', outputs: [artifactDraft('documents', hash)] };
  await uploaded(hub(), hash);
  await send(hub(), node, { type: 'job.complete', data });
  await letLeaseRunOut(hub(), lost);
  await send(hub(), system, { type: 'job.expireLease', data: { jobId: lost, epoch: 1 } });
  await caughtUp();
  expect(await jobDetail(hub(), finished)).toMatchObject({ state: 'done', note });
  expect(await jobDetail(hub(), lost)).toMatchObject({ state: 'queued', note: null });
  await claim(hub(), node, lost);
  await caughtUp();
  expect(await jobDetail(hub(), lost)).toMatchObject({ state: 'leased', note: null });
});
