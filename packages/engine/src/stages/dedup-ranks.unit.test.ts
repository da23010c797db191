import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CorpusDocument } from '../corpus/document.ts';
import { documentId } from '../corpus/document.ts';
import { dedup } from './dedup.ts';
import { dedupApply, dedupGroup, dedupSign } from './dedup-ranks.ts';
import type { InputArtifact, StageOutput } from './stage.ts';
import { corpusArtifact, sampleDocuments, testContext } from './testing/context.ts';

const runId = '00000000-0000-4000-8000-000000000002';
const sourceId = (number: number) => `00000000-0000-4000-8000-00000000010${number}`;
const SOURCES = 5;
const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };

/** Twelve documents a source: some stand in several sources, some are edited, one source holds only what others hold. */
const texts = sampleDocuments(60).map(({ text }) => text);
const textsOf = (number: number): string[] => {
  const own = texts.slice(number * 12, number * 12 + 12);
  if (number === 3) return texts.slice(0, 6).flatMap((text) => [text, text]);
  return [...own, `${own[0]}\n追記`, own[1], texts[(number * 12 + 30) % 60].replace('の', 'が')];
};
const filtered = await Promise.all(
  Array.from({ length: SOURCES }, async (_, number): Promise<InputArtifact> => {
    const own = textsOf(number).map(
      (text, i): CorpusDocument => ({
        text,
        meta: {
          ...{ id: documentId(text), sourceId: sourceId(number), path: `${number}/${i}`, language: 'ja' },
          ...{ format: 'text', package: 'test', version: '1' },
        },
      }),
    );
    const artifact = await corpusArtifact(own);
    const sourceIds = [sourceId(number)];
    return { ...artifact, artifactId: `art_${9 - number}`, kind: 'filtered-documents', sourceIds };
  }),
);

function asInput({ kind, stats, files }: StageOutput, artifactId: string): InputArtifact {
  const paths = Object.fromEntries(files.map(({ path, localPath }) => [path, localPath]));
  return { artifactId, kind, stats, sourceIds: [], files: paths };
}

const contextOf = (inputs: InputArtifact[]) => testContext(inputs.toReversed()).context;
const share = (rank: number, ranks: number) => filtered.filter((_, unit) => unit % ranks === rank);
const signed = async (rank: number, ranks: number) =>
  (
    await dedupSign({ kind: 'dedup-sign', runId, rank, ranks, ...settings }, contextOf(share(rank, ranks)))
  )[0];

/** The corpus, made as the hub's jobs make it. */
async function corpusIn(ranks: number): Promise<StageOutput> {
  const each = Array.from({ length: ranks }, (_, rank) => rank);
  const signatures: InputArtifact[] = [];
  for (const rank of each) signatures.push(asInput(await signed(rank, ranks), `art_s${rank}`));
  const group = { kind: 'dedup-group' as const, runId, ranks, ...settings };
  const [grouped] = await dedupGroup(group, contextOf(signatures));
  const duplicates = asInput(grouped, 'art_d');
  const parts: InputArtifact[] = [];
  for (const rank of each) {
    const recipe = { kind: 'dedup-apply' as const, runId, rank, ranks };
    const [part] = await dedupApply(recipe, contextOf([...share(rank, ranks), duplicates]));
    parts.push(asInput(part, `art_${ranks - rank}`));
  }
  const recipe = { kind: 'dedup' as const, runId, ranks, ...settings };
  return (await dedup(recipe, contextOf([...parts, duplicates])))[0];
}

const bytesOf = ({ files }: StageOutput) =>
  Object.fromEntries(files.map(({ path, localPath }) => [path, readFileSync(localPath).toString('base64')]));

test('ranks make the corpus of the one job, byte for byte and figure for figure, whether there is 1 or 4 of them', async () => {
  const [one] = await dedup({ kind: 'dedup', runId, ...settings }, contextOf(filtered));
  expect(one.stats).toMatchObject({ total: filtered.length * 15 - 3 });
  const { removedExact, removedNear, removedInSource, removedAcross } = one.stats as Record<string, number>;
  for (const count of [removedExact, removedNear, removedInSource, removedAcross])
    expect(count).toBeGreaterThan(0);
  for (const ranks of [1, 4]) {
    const corpus = await corpusIn(ranks);
    expect(bytesOf(corpus)).toEqual(bytesOf(one));
    expect(corpus.stats).toEqual(one.stats);
    expect(corpus.title).toBe(one.title);
  }
});

test('a rank that was stopped between two sources and done again by another worker leaves the same tables', async () => {
  const stopped = new AbortController();
  const { context } = testContext(share(0, 2), {
    signal: stopped.signal,
    progress: () => stopped.abort(new Error('the lease was lost')),
  });
  const recipe = { kind: 'dedup-sign' as const, runId, rank: 0, ranks: 2, ...settings };
  await expect(dedupSign(recipe, context)).rejects.toThrow('the lease was lost');
  const again = await signed(0, 2);
  expect(bytesOf(again)).toEqual(bytesOf((await dedupSign(recipe, contextOf(share(0, 2))))[0]));
  expect(Object.keys(bytesOf(again))).toHaveLength(2 * 3);
});

test('tables of a rank that is missing are noticed', async () => {
  const signatures = [asInput(await signed(0, 4), 'art_s0'), asInput(await signed(2, 4), 'art_s2')];
  const recipe = { kind: 'dedup-group' as const, runId, ranks: 4, ...settings };
  await expect(dedupGroup(recipe, contextOf(signatures))).rejects.toThrow(/document tables hold \d+ rows/);
});
