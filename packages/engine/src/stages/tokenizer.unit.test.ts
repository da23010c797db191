import { readFileSync } from 'node:fs';
import type { RecipeOf } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { isHeldOut } from '../shards/held-out.ts';
import { createTokenizer, decodeTokenizerJson, LLM_JP_HEAD } from '../tokenizer/index.ts';
import { corpusArtifact, sampleDocuments, testContext } from './testing/context.ts';
import { tokenizer } from './tokenizer.ts';

const recipe: RecipeOf<'tokenizer'> = {
  kind: 'tokenizer',
  runId: '00000000-0000-4000-8000-000000000002',
  vocabSize: 340,
  maxPieceLength: 8,
  characterCoverage: 0.9995,
  sampleBytes: 100_000_000,
};
const documents = sampleDocuments(300);

test('the trained files read back as a tokenizer of the asked size that gives every text back', async () => {
  const { context } = testContext([await corpusArtifact(documents)]);
  const [output] = await tokenizer(recipe, context);
  expect(output.kind).toBe('tokenizer');
  expect(output.files.map((file) => file.path)).toEqual([
    'tokenizer.json',
    'tokenizer.model',
    'tokenizer.vocab',
  ]);
  expect(output.stats.vocabSize).toBe(340);
  expect(output.stats.roundTripLines).toBeGreaterThan(0);
  expect(output.stats['language.ja.charactersPerToken']).toBeGreaterThan(1);
  const made = createTokenizer(decodeTokenizerJson(readFileSync(output.files[0].localPath, 'utf8')));
  const text = 'サーバの設定ファイルを読み込む。\n🍣 não <s> \u2581';
  expect(made.decode(made.encode(text))).toBe(text);
});

test('the sample does not depend on the order of the documents, so neither does the tokenizer', async () => {
  const made = [];
  for (const order of [documents, documents.toReversed()]) {
    const { context } = testContext([await corpusArtifact(order)]);
    const [output] = await tokenizer({ ...recipe, sampleBytes: 60_000 }, context);
    expect(output.stats.sampleBytes).toBeLessThanOrEqual(60_000);
    expect(output.stats.sampleBytes).toBeGreaterThan(50_000);
    made.push(readFileSync(output.files[0].localPath, 'utf8'));
  }
  expect(made[0]).toBe(made[1]);
});

test('held-out documents of the run change nothing: the tokenizer is the one of the training documents alone', async () => {
  const heldOut = { share: 0.2, seed: 11 };
  const training = documents.filter(({ meta }) => !isHeldOut(meta.id, heldOut.seed, heldOut.share));
  expect(training.length).toBeLessThan(documents.length - 20);
  // Held-out documents with a word of their own, which a tokenizer that saw them would have as a piece.
  const marked = documents.map((document) => {
    if (training.includes(document)) return document;
    return { ...document, text: `${document.text}\n${'鸚鵡 '.repeat(500)}` };
  });
  const made = [];
  for (const corpus of [marked, training]) {
    const { context } = testContext([await corpusArtifact(corpus)]);
    const [output] = await tokenizer({ ...recipe, heldOut }, context);
    expect(output.stats.sampleDocuments).toBe(training.length);
    made.push(readFileSync(output.files[0].localPath, 'utf8'));
  }
  expect(made[0]).toBe(made[1]);
  expect(made[0]).not.toContain('鸚鵡');
});

const partitioned: RecipeOf<'tokenizer'> = {
  kind: 'tokenizer',
  runId: '00000000-0000-4000-8000-000000000002',
  method: 'partitioned',
  partitions: [
    { language: 'ja', pieces: 90, maxPieceLength: 8, characterCoverage: 0.9995, stripSpaces: 'all' },
    { language: 'code', pieces: 40, maxPieceLength: 16, characterCoverage: 0.9995, stripSpaces: 'symbols' },
  ],
  head: { specials: [...LLM_JP_HEAD.specials], spaceRuns: LLM_JP_HEAD.spaceRuns },
  headScore: 0,
  epochs: 1,
  sampleBytes: 50_000,
};
const NAMES = [
  'total',
  'value',
  'index',
  'reader',
  'cursor',
  'length',
  'offset',
  'result',
  'buffer',
  'source',
];
const code = documents.slice(0, 120).map(({ meta }, i) => {
  const name = (number: number) => NAMES[number % NAMES.length];
  const call = `const ${name(i)} = ${name(i * 7)}.${name(i * 3 + 1)}(${name(i >> 2)});`;
  const text = `${call}\nreturn ${name(i * 11 + 3)};`;
  return { text, meta: { ...meta, id: `code-${i}`, language: 'code' as const } };
});

test('a partitioned vocabulary is trained per language and merged behind the 289 entries of LLM-jp, whose score is fixed', async () => {
  const { context, notes } = testContext([await corpusArtifact([...documents, ...code])]);
  const [output] = await tokenizer(partitioned, context);
  expect(output.stats).toMatchObject({ headSize: 289 });
  const model = decodeTokenizerJson(readFileSync(output.files[0].localPath, 'utf8'));
  expect(model.pieces.slice(0, 9).map(({ piece }) => piece)).toEqual([
    ...LLM_JP_HEAD.specials,
    '\u2581'.repeat(24),
  ]);
  expect(new Set(model.pieces.slice(0, 289).map(({ score }) => score))).toEqual(new Set([0]));
  const pieces = model.pieces.slice(289).map(({ piece }) => piece);
  expect(pieces.length).toBeLessThanOrEqual(130);
  expect(pieces.some((piece) => /^\p{Script=Han}{2,}$/u.test(piece))).toBe(true);
  expect(pieces.some((piece) => /^\u2581?[a-z]{3,}$/.test(piece))).toBe(true);
  expect(notes.at(-1)).toEqual({ code: 'vocabulary', params: { count: model.pieces.length } });
});

test('a partition in a language that the corpus does not have is refused by its name', async () => {
  const { context } = testContext([await corpusArtifact(documents)]);
  await expect(tokenizer(partitioned, context)).rejects.toMatchObject({
    code: 'recipe.language-missing',
    params: { language: 'code' },
  });
});

test('a vocabulary that the text cannot fill is refused with the size it can', async () => {
  const { context } = testContext([await corpusArtifact(documents)]);
  await expect(tokenizer({ ...recipe, vocabSize: 100_000 }, context)).rejects.toMatchObject({
    code: 'recipe.vocabulary-too-large',
    params: { asked: 100_000, possible: expect.any(Number) },
  });
});

test('an empty corpus is refused', async () => {
  const { context } = testContext([await corpusArtifact([])]);
  await expect(tokenizer(recipe, context)).rejects.toMatchObject({ code: 'corpus.empty' });
});
