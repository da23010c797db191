import { filterPresets } from '@tsudoi/engine/corpus/pages';
import { CorpusSettings, TokenizerSettings } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { type CorpusDraft, emptyDraft, listsOf, withCorpus } from './corpus-draft.ts';

const file = { sha256: 'a'.repeat(64), size: 3, fileName: 'words.txt' };
const card = { title: 'x', tokenizer: { sampleBytes: 99 }, corpus: { ranks: 7 } };
const put = (draft: Partial<CorpusDraft>) => withCorpus(card, { ...emptyDraft, ...draft }, filterPresets);

test('a draft in which nothing was chosen leaves the card without settings for its corpus', () => {
  expect(put({})).toEqual({ title: 'x', tokenizer: { sampleBytes: 99 } });
});

test('what was chosen becomes settings that the hub takes: rules with their thresholds, lists that the rules look for, sets', () => {
  const lists = { 'violence-ja': file, stranger: file };
  const made = put({
    preset: 'v1-strict',
    ranks: 4,
    lists,
    quality: file,
    perplexity: 30,
    sets: [file],
    paragraphs: true,
  });
  const corpus = CorpusSettings.parse(made.corpus);
  expect(corpus.filter?.rules).toEqual([
    ...(filterPresets['v1-strict'] ?? []),
    { filter: 'perplexity', params: { max: 30 } },
  ]);
  expect(corpus.filter?.lists).toEqual({ 'violence-ja': file });
  expect(corpus).toMatchObject({
    ranks: 4,
    decontaminate: { sets: [file] },
    paragraphs: { runs: { count: 3 } },
  });
  expect(listsOf(filterPresets['v1-strict'] ?? [])).toEqual([
    'ads-ja',
    'adult-ja',
    'discrimination-ja',
    'violence-ja',
  ]);
});

test('partitions stand behind the 289 entries of LLM-jp and keep the size of the sample', () => {
  const { tokenizer } = put({ pieces: { ja: 6000, en: 4000, code: 0 } });
  const settings = TokenizerSettings.parse(tokenizer);
  expect(settings).toMatchObject({
    partitions: [
      { language: 'ja', pieces: 6000, maxPieceLength: 8, stripSpaces: 'all' },
      { language: 'en', pieces: 4000, maxPieceLength: 16, stripSpaces: 'symbols' },
    ],
    sampleBytes: 99,
  });
  if (!('head' in settings)) throw new Error('not partitioned');
  expect(settings.head.specials.length + settings.head.spaceRuns + 1 + 256).toBe(289);
});
