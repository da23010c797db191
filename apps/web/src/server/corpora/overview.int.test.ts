import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { waitForProjections } from '@tsudoi/hub';
import { acceptedSource, claim, newNode, newPerson, send } from '@tsudoi/hub/testing';
import type { ArtifactDraft, ArtifactFile, Recipe } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingestRecipe, jobDraft, runCard } from '../../../../../packages/hub/src/testing/samples.ts';
import { openPortal, type Portal } from '../../testing/portal.ts';
import type { Overview } from './overview.ts';

let portal: Portal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
const system = { kind: 'system', name: 'test' } as const;

async function stored(path: string, bytes: Buffer): Promise<ArtifactFile> {
  const { objectStore } = await import('../hub.ts');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await objectStore().put(sha256, bytes.length, 'application/octet-stream', Readable.from([bytes]));
  return { path, sha256, size: bytes.length, mediaType: 'application/octet-stream' };
}
const json = (path: string, value: unknown) => stored(path, Buffer.from(JSON.stringify(value)));

const documentLine = (sourceId: string, number: number) => {
  const meta = { id: `${number}`.padStart(16, '0'), sourceId, path: `${number}.txt`, language: 'ja' };
  return `${JSON.stringify({ text: `文書${number}の本文です。`, meta: { ...meta, format: 'text', package: 'p', version: '1' } })}\n`;
};

/** A finished job with one artifact; answers its id. */
async function made(
  recipe: Recipe,
  inputs: string[],
  sourceIds: string[],
  output: Omit<ArtifactDraft, 'title'>,
): Promise<string> {
  const { hub } = portal;
  const runId = 'runId' in recipe ? recipe.runId : null;
  const draft = jobDraft({ recipe, inputs, sourceIds, runId });
  await send(hub, system, { type: 'job.draft', data: draft });
  const node = await newNode(hub);
  const lease = await claim(hub, node, draft.jobId);
  const outputs = [{ ...output, title: output.kind }];
  const data = { jobId: draft.jobId, epoch: lease!.epoch, codeCommit: 'test', outputs };
  const { result } = await send(hub, node, { type: 'job.complete', data });
  return (result as { artifactIds: string[] }).artifactIds[0] as string;
}

/** A source of which the filter dropped one document of `documents`. */
async function filteredSource(documents: number): Promise<{ sourceId: string; artifactId: string }> {
  const sourceId = await acceptedSource(portal.hub);
  const sourceIds = [sourceId];
  const fetched = {
    'part1.location': `deb:of-${sourceId}`,
    'part1.version': '1',
    'part1.sha256': 'f'.repeat(64),
  };
  const file = await stored('documents.jsonl.gz', gzipSync('{}'));
  const ingested = await made(ingestRecipe(sourceId), [], sourceIds, {
    ...{ kind: 'documents', files: [file], stats: { documents, ...fetched } },
  });
  const dropped = { filter: 'length', params: { min: 9 }, origin: '', dropped: 1, examples: [] };
  const trace = await json('trace.json', { total: documents, kept: documents - 1, byFilter: [dropped] });
  const rules = [{ filter: 'length', params: { min: 9 } }];
  const recipe = { kind: 'filter' as const, sourceId, preset: 'test', rules };
  const artifactId = await made(recipe, [ingested], sourceIds, {
    ...{ kind: 'filtered-documents', files: [file, trace], stats: { documents: documents - 1 } },
  });
  return { sourceId, artifactId };
}

test('a corpus that ranks deduplicated shows sources, filters and duplicates as one that a single job made', async () => {
  const sources = [await filteredSource(3), await filteredSource(4)];
  const sourceIds = sources.map(({ sourceId }) => sourceId);
  const runId = randomUUID();
  const lead = await newPerson(portal.hub, 'lead');
  const register = { runId, groupId: null, card: { ...runCard(sourceIds), corpus: { ranks: 2 } } };
  await send(portal.hub, lead, { type: 'run.register', data: register });
  const some = [await stored('some', Buffer.from('x'))];
  const filtered = sources.map(({ artifactId }) => artifactId);
  const lists = await made({ kind: 'dedup-group', runId, ranks: 2, ...settings }, filtered, sourceIds, {
    ...{ kind: 'duplicates', files: some, stats: {} },
  });
  const parts: string[] = [];
  for (const [rank, artifactId] of filtered.entries()) {
    const recipe = { kind: 'dedup-apply' as const, runId, rank, ranks: 2 };
    const stats = { rank, documents: 2 };
    parts.push(
      await made(recipe, [artifactId, lists], sourceIds, { kind: 'filtered-documents', files: some, stats }),
    );
  }
  // One gzip member a source, as the joining job leaves them.
  const members = sourceIds.map((id, i) => gzipSync(documentLine(id, 2 * i) + documentLine(id, 2 * i + 1)));
  const removed = { id: 'a', path: 'twin.txt', sourceId: sourceIds[1], keptId: '0', keptPath: '0.txt' };
  const twin = { ...removed, reason: 'exact', scope: 'across', jaccardEstimate: 1 };
  const stats = { documents: 4, kept: 4, total: 5, removedExact: 1, removedNear: 0 };
  const files = [
    await stored('documents.jsonl.gz', Buffer.concat(members)),
    await stored('removed.jsonl.gz', gzipSync(`${JSON.stringify(twin)}\n`)),
  ];
  const recipe = { kind: 'dedup' as const, runId, ranks: 2, ...settings };
  const corpus = await made(recipe, [...parts, lists], sourceIds, { kind: 'corpus', files, stats });

  const [{ position }] = await portal.hub.sql<
    { position: number }[]
  >`select max(position)::int as position from event`;
  expect(await waitForProjections(portal.hub, position, 30_000)).toBe(true);
  const { data, rejection } = await portal.call('query', 'corpora.overview', { artifactId: corpus });
  expect(rejection).toBeNull();
  const { corpus: shown, counted } = data as Overview;
  expect(shown.sources.map(({ fetched }) => fetched.map(({ location }) => location))).toEqual(
    shown.sources.map(({ id }) => [`deb:of-${id}`]),
  );
  expect(shown.stages).toMatchObject([
    {
      name: 'filter',
      before: { documents: 7 },
      after: { documents: 5 },
      reasons: [{ reason: 'length', documents: 2 }],
    },
    { name: 'dedup', before: { documents: 5 }, after: { documents: 4 } },
  ]);
  expect(counted).toMatchObject({ complete: true, duplicates: [{ path: 'twin.txt', scope: 'across' }] });
  expect(counted?.statistics.documents).toBe(4);
});
