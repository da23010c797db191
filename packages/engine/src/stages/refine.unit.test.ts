import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RecipeOf, UploadedFile } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import type { CorpusDocument } from '../corpus/document.ts';
import { dedup } from './dedup.ts';
import { refine } from './refine.ts';
import type { InputArtifact, StageOutput } from './stage.ts';
import { corpusArtifact, sampleDocuments, testContext } from './testing/context.ts';
import { tempDir } from './testing/temp-dir.ts';

const runId = '00000000-0000-4000-8000-000000000002';
const source = (number: number) => `00000000-0000-4000-8000-00000000010${number}`;
const SOURCES = 5;
const documents = sampleDocuments(60);

/** Each source with twelve documents, filtered by its own job. */
const filtered = await Promise.all(
  Array.from({ length: SOURCES }, async (_, number): Promise<InputArtifact> => {
    const own = documents
      .slice(number * 12, number * 12 + 12)
      .map(({ text, meta }) => ({ text, meta: { ...meta, sourceId: source(number) } }));
    const artifact = await corpusArtifact(own);
    const sourceIds = [source(number)];
    return { ...artifact, artifactId: `art_${9 - number}`, kind: 'filtered-documents', sourceIds };
  }),
);

const uploads: Record<string, string> = {};
function upload(fileName: string, text: string | Buffer): UploadedFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  uploads[sha256] = join(tempDir(), 'file');
  writeFileSync(uploads[sha256], bytes);
  return { sha256, size: bytes.length, fileName };
}

const words = upload('words.txt', '# made for this test\nディレクトリの画面を削除する\n');
const testItem = { set: 'exam', id: 7, language: 'ja', query: '', label: documents[20].text.slice(20, 120) };
const recipe: Omit<RecipeOf<'refine'>, 'rank' | 'ranks'> = {
  kind: 'refine',
  runId,
  filter: { rules: [{ filter: 'ng-words', params: { max: 0 }, list: 'own' }], lists: { own: words } },
  decontaminate: { sets: [upload('exam.jsonl', JSON.stringify(testItem))], words: 12, characters: 30 },
};

function asInput(output: StageOutput, artifactId: string): InputArtifact {
  const files = Object.fromEntries(output.files.map(({ path, localPath }) => [path, localPath]));
  return { artifactId, kind: output.kind, stats: output.stats, sourceIds: [], files };
}

/** All ranks, as the hub shares the sources out. */
async function refined(ranks: number): Promise<StageOutput[]> {
  const outputs: StageOutput[] = [];
  for (let rank = 0; rank < ranks; rank++) {
    const inputs = filtered.filter((_, unit) => unit % ranks === rank);
    outputs.push(...(await refine({ ...recipe, rank, ranks }, testContext(inputs, { uploads }).context)));
  }
  return outputs;
}

const bytesByPath = (outputs: StageOutput[]) =>
  Object.fromEntries(
    outputs
      .flatMap(({ files }) => files)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, localPath }) => [path, readFileSync(localPath).toString('base64')]),
  );

const dedupRecipe = { kind: 'dedup', runId, ngram: 5, buckets: 20, rows: 10, seed: 1 } as const;
const one = await refined(1);

test('every source is a unit: its files are the same for 1, 2 and 5 ranks, and so is the corpus made of them', async () => {
  const corpusOf = async (outputs: StageOutput[]) => {
    const inputs = outputs.map((output, i) => asInput(output, `art_${outputs.length - i}`));
    return bytesByPath(await dedup(dedupRecipe, testContext(inputs).context));
  };
  const corpus = await corpusOf(one);
  for (const ranks of [2, SOURCES]) {
    const outputs = await refined(ranks);
    expect(bytesByPath(outputs)).toEqual(bytesByPath(one));
    expect(await corpusOf(outputs)).toEqual(corpus);
  }
});

test('words of an uploaded list and documents that hold a test item are taken out, each with its reason', () => {
  const read = <T>(path: string) =>
    one[0].files
      .filter((file) => file.path.endsWith(path))
      .flatMap(({ localPath }) => gunzipSync(readFileSync(localPath)).toString().split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T & CorpusDocument);
  const dropped = read<{ trace: { filter: string; list: string } }>('/dropped.jsonl.gz');
  const withWord = documents.filter(({ text }) => text.includes('ディレクトリの画面を削除する'));
  expect(withWord.length).toBeGreaterThan(0);
  expect(dropped.map(({ meta }) => meta.id).sort()).toEqual(withWord.map(({ meta }) => meta.id).sort());
  expect(dropped[0].trace).toMatchObject({ filter: 'ng-words', list: 'own', value: 1, threshold: 0 });
  expect(read<{ contamination: unknown }>('/contaminated.jsonl.gz')).toMatchObject([
    { meta: { id: documents[20].meta.id }, contamination: { set: 'exam', itemId: '7' } },
  ]);
  const kept = documents.length - withWord.length - 1;
  expect(read('/documents.jsonl.gz')).toHaveLength(kept);
  expect(one[0].stats).toMatchObject({
    total: documents.length,
    kept,
    'removed.filter': withWord.length,
    'removed.decontaminate': 1,
  });
});

test.each([
  [
    'recipe.word-list-unreadable',
    {
      filter: {
        rules: recipe.filter!.rules,
        lists: { own: upload('sjis.txt', Buffer.from([0x83, 0x41, 0x0a])) },
      },
    },
    { list: 'own', file: 'sjis.txt' },
  ],
  [
    'recipe.quality-empty',
    { filter: { rules: recipe.filter!.rules, quality: upload('none.txt', ' \n') } },
    { file: 'none.txt' },
  ],
  ['recipe.invalid', { filter: { rules: recipe.filter!.rules } }, { field: 'rules.0.list' }],
  ['recipe.unknown-filter', { filter: { rules: [{ filter: 'magic', params: {} }] } }, { filter: 'magic' }],
  [
    'recipe.test-set-invalid',
    { decontaminate: { ...recipe.decontaminate!, sets: [upload('exam.jsonl', '{"set":"a"}\n')] } },
    { file: 'exam.jsonl', line: 1 },
  ],
])('%s: what cannot be used is refused with the name of its file', async (code, change, params) => {
  const { filter: _, decontaminate: __, ...rest } = recipe;
  const { context } = testContext([filtered[0]], { uploads });
  await expect(refine({ ...rest, ...change, rank: 0, ranks: 1 }, context)).rejects.toMatchObject({
    code,
    params,
  });
});

test('good text may be lines of text as well as of JSON, also where a line begins like JSON', async () => {
  const lines = [
    '"Hello," she said.',
    '{',
    '{"a": 1}',
    JSON.stringify(documents[0].text),
    JSON.stringify(documents[1]),
  ];
  const quality = upload('good.txt', `${lines.join('\n')}\n`);
  const filter = { rules: [{ filter: 'perplexity', params: { max: 1e9 } }], quality };
  const { context } = testContext([filtered[0]], { uploads });
  const [output] = await refine({ kind: 'refine', runId, filter, rank: 0, ranks: 1 }, context);
  expect(output.stats).toMatchObject({ kept: 12 });
});

test('paragraphs that stand all over the corpus are counted over all sources and go before deduplication', async () => {
  const [first, second] = [filtered[0], filtered[1]];
  const notice = '\n\n本ページの無断転載を禁じます。お問い合わせは事務局まで。';
  const inputs = await Promise.all(
    [first, second].map(async (input, number) => {
      const own = documents.slice(number * 12, number * 12 + 12);
      const texts = own.map(({ text, meta }) => ({ text: `${text}${notice.repeat(3)}`, meta }));
      return {
        ...(await corpusArtifact(texts)),
        kind: 'filtered-documents' as const,
        sourceIds: input.sourceIds,
      };
    }),
  );
  const paragraphs = { runs: { count: 3, frequency: 50 }, documents: { expected: 100, percentile: 0.05 } };
  const [output] = await dedup({ ...dedupRecipe, paragraphs }, testContext(inputs).context);
  const path = output.files.find((file) => file.path === 'documents.jsonl.gz')!.localPath;
  const text = gunzipSync(readFileSync(path)).toString();
  expect(text).toContain('第0章');
  expect(text).not.toContain('無断転載');
  // 24 documents of two sources with three notices each: only together are they seen more than 50 times.
  expect(output.stats).toMatchObject({ repeatedDocuments: 0, repeatedCut: 24, repeatedParagraphs: 72 });
  const [alone] = await dedup({ ...dedupRecipe, paragraphs }, testContext([inputs[0]]).context);
  expect(alone.stats).toMatchObject({ repeatedCut: 0 });
});
