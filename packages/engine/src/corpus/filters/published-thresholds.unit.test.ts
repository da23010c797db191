import { describe, expect, test } from 'vitest';
import { uzushioRepetition } from '../paragraphs/repeated.ts';
import { compileCascade } from './cascade.ts';
import { filterPresets } from './presets.ts';

// The thresholds as they were published, typed in from the sources named and not from our presets. A bound is the last value
// that is kept; where a source says what is dropped ("200 and more"), the bound here is the value before it.
interface Published {
  what: string;
  filter: string;
  params?: Record<string, number>;
  list?: string;
}

/** llm-jp/llm-jp-corpus, scripts/filters.py and scripts/filter_data.py. */
const corpusV1 = (strict: boolean): Published[] => [
  { what: 'one of 13 top-level domains, not ja.wikipedia.org', filter: 'url-domain', params: { min: 1 } },
  {
    what: 'kana within the first 50 characters: offsets 0 to 49',
    filter: 'ja-kana-position',
    params: { max: 49 },
  },
  { what: 'words of advertising, at most 10', filter: 'ng-words', params: { max: 10 }, list: 'ads-ja' },
  ...['adult-ja', 'discrimination-ja', 'violence-ja'].map((list) => ({
    what: 'at most 3 words, strict 2',
    filter: 'ng-words',
    params: { max: strict ? 2 : 3 },
    list,
  })),
  {
    what: 'mean length of sentences, at most 250, strict 80',
    filter: 'ja-kuten-interval',
    params: { max: strict ? 80 : 250 },
  },
  {
    what: 'zlib level 9, 0.30 to 0.70, strict from 0.375',
    filter: 'zlib-ratio',
    params: { min: strict ? 0.375 : 0.3, max: 0.7 },
  },
  { what: 'only lines that hold kana', filter: 'edit-kana-lines' },
  { what: 'URLs, and ASCII runs of 100 and more', filter: 'edit-urls-ascii', params: { length: 100 } },
];

/** WorksApplications/uzushio, scripts/pipeline_03a.conf. Paragraph frequencies: `uzushioRepetition`. */
const uzushio: Published[] = [
  { what: 'DocLength 50', filter: 'length', params: { min: 50 } },
  { what: 'HiraganaRatio 0.10', filter: 'hiragana-share', params: { min: 0.1 } },
  { what: 'CompressionRate, first pass', filter: 'lz4-ratio', params: { min: 0.25, max: 5 } },
  { what: 'CompressionRate, second pass', filter: 'lz4-ratio', params: { min: 0.4, max: 0.75 } },
  {
    what: 'WordTypes: 9 different adult words drop',
    filter: 'ng-word-types',
    params: { max: 8 },
    list: 'adult-ja',
  },
  { what: '9 of discrimination', filter: 'ng-word-types', params: { max: 8 }, list: 'discrimination-ja' },
  { what: 'HiraganaRatio 0.15', filter: 'hiragana-share', params: { min: 0.15 } },
  { what: 'CompressionRate, third pass', filter: 'lz4-ratio', params: { min: 0.5, max: 0.75 } },
  {
    what: 'WordTypes: 6 different adult words drop',
    filter: 'ng-word-types',
    params: { max: 5 },
    list: 'adult-ja',
  },
  { what: 'DocLength 200 at the end', filter: 'length', params: { min: 200 } },
];

/** HojiChar, hojichar/filters/document_filters.py, defaults. Nouns and word repetition need a morphological analyser. */
const hojichar: Published[] = [
  { what: 'DiscardBBSComments 14', filter: 'bbs-marks', params: { max: 14 } },
  { what: 'DiscardAds 14', filter: 'ng-words', params: { max: 14 }, list: 'ads-ja' },
  { what: 'AcceptJapanese 50', filter: 'ja-kana-position', params: { max: 49 } },
  { what: 'DiscardRareKuten 100', filter: 'ja-kuten-interval', params: { max: 100 } },
  { what: 'CharRepetitionRatio 0.33, 5-grams', filter: 'character-repetition', params: { max: 0.33, n: 5 } },
  { what: 'TooManySpecialToken 0.4', filter: 'special-character-share', params: { max: 0.4 } },
  { what: 'SingleCharacterRepetition: 200 drop', filter: 'longest-run', params: { max: 199 } },
  { what: 'TooManyEndingEllipsis 0.7', filter: 'ellipsis-line-share', params: { max: 0.7 } },
  {
    what: 'TooShortLines 0.5 of 10 characters',
    filter: 'short-line-share',
    params: { max: 0.5, length: 10 },
  },
  { what: 'NG words, any hit drops', filter: 'ng-words', params: { max: 0 }, list: 'adult-ja' },
  { what: 'MaskPersonalInformation', filter: 'edit-mask-pii' },
];

/** Rae et al. 2021, as datatrove has them. */
const gopher: Published[] = [
  { what: 'duplicate lines', filter: 'en-duplicate-line-count', params: { max: 0.3 } },
  { what: 'duplicate paragraphs', filter: 'en-duplicate-paragraph-count', params: { max: 0.3 } },
  { what: 'characters in duplicate lines', filter: 'duplicate-line-share', params: { max: 0.2 } },
  {
    what: 'characters in duplicate paragraphs',
    filter: 'en-duplicate-paragraph-share',
    params: { max: 0.2 },
  },
  { what: 'top 2-gram', filter: 'en-top-ngram-share', params: { n: 2, max: 0.2 } },
  { what: 'top 3-gram', filter: 'en-top-ngram-share', params: { n: 3, max: 0.18 } },
  { what: 'top 4-gram', filter: 'en-top-ngram-share', params: { n: 4, max: 0.16 } },
  { what: 'duplicated 5-grams', filter: 'en-duplicate-ngram-share', params: { n: 5, max: 0.15 } },
  { what: 'duplicated 6-grams', filter: 'en-duplicate-ngram-share', params: { n: 6, max: 0.14 } },
  { what: 'duplicated 7-grams', filter: 'en-duplicate-ngram-share', params: { n: 7, max: 0.13 } },
  { what: 'duplicated 8-grams', filter: 'en-duplicate-ngram-share', params: { n: 8, max: 0.12 } },
  { what: 'duplicated 9-grams', filter: 'en-duplicate-ngram-share', params: { n: 9, max: 0.11 } },
  { what: 'duplicated 10-grams', filter: 'en-duplicate-ngram-share', params: { n: 10, max: 0.1 } },
  { what: '50 to 100,000 words', filter: 'en-word-count', params: { min: 50, max: 100_000 } },
  { what: 'words of 3 to 10 characters', filter: 'en-mean-word-length', params: { min: 3, max: 10 } },
  { what: '# and … per word', filter: 'en-symbol-word-ratio', params: { max: 0.1 } },
  { what: 'bullet lines', filter: 'en-bullet-line-share', params: { max: 0.9 } },
  { what: 'ellipsis lines', filter: 'en-ellipsis-line-share', params: { max: 0.3 } },
  { what: 'words with a letter', filter: 'en-alphabetic-word-share', params: { min: 0.8 } },
  { what: '2 of 8 stop words', filter: 'en-stop-words', params: { min: 2 } },
];
/** C4 (Raffel et al. 2020) without its line rules; FineWeb's own (Penedo et al. 2024) behind it. */
const c4: Published[] = [
  { what: 'fewer than 5 sentences drop', filter: 'en-sentence-count', params: { min: 5 } },
  { what: 'lorem ipsum or { drops', filter: 'en-boilerplate', params: { max: 0 } },
];
const fineweb: Published[] = [
  {
    what: 'lines that end in punctuation, below 0.12 drops',
    filter: 'en-terminal-line-share',
    params: { min: 0.12 },
  },
  {
    what: 'lines of at most 30, above 0.67 drops',
    filter: 'en-short-line-share',
    params: { max: 0.67, length: 30 },
  },
  { what: 'characters in duplicate lines', filter: 'duplicate-line-share', params: { max: 0.01 } },
  { what: 'newlines over words', filter: 'en-newline-word-ratio', params: { max: 0.3 } },
];
/** The Stack as corpus v1 takes it. */
const stack: Published[] = [
  { what: 'longest line 1,000', filter: 'code-max-line-length', params: { max: 1000 } },
  { what: 'mean line 100', filter: 'code-mean-line-length', params: { max: 100 } },
  { what: 'letters and digits 0.25', filter: 'code-alphanumeric-share', params: { min: 0.25 } },
];

/** What we put in besides, by preset: no publication of it is claimed. */
const MASK: Published = { what: 'personal data masked', filter: 'edit-mask-pii' };
const table: [preset: string, rules: Published[], ours: Published[]][] = [
  ['v1-normal', corpusV1(false), [MASK]],
  ['v1-strict', corpusV1(true), [MASK]],
  ['v2-cascade', uzushio, []],
  ['hojichar', hojichar, []],
  ['gopher', gopher, []],
  ['c4', c4, []],
  [
    'fineweb',
    [{ what: 'language', filter: 'language', params: { min: 1 } }, ...gopher, ...c4, ...fineweb],
    [MASK],
  ],
];

describe('published thresholds', () => {
  test.each(table)(
    '%s has every rule with its published value, in the published order, and says what is ours',
    (preset, published, ours) => {
      const rules = [...published, ...ours].map(({ filter, params = {}, list }) => ({
        ...{ filter, params },
        ...(list ? { list } : {}),
      }));
      expect(filterPresets[preset]).toEqual(rules);
    },
  );

  test.each(['code', 'starcoder'])(
    '%s holds the line lengths and the share of letters of The Stack',
    (preset) => {
      const bounds = filterPresets[preset].filter(({ filter }) => stack.some((one) => one.filter === filter));
      expect(bounds).toEqual(stack.map(({ filter, params = {} }) => ({ filter, params })));
    },
  );

  test('the rules of corpus v2 on paragraph frequencies have the values of its first pass', () => {
    expect(uzushioRepetition).toEqual({
      runs: { count: 3, frequency: 1000 },
      documents: { expected: 5, percentile: 0.05 },
    });
  });

  test('bounds are the last value that is kept', () => {
    const text = (kana: number) => `${'漢'.repeat(kana)}あ${'漢字の文。'.repeat(60)}`;
    const { run } = compileCascade(filterPresets['v1-normal'].slice(1, 2));
    const failureAt = (kana: number) => {
      const meta = {
        id: 'x',
        sourceId: 's',
        path: 'p',
        language: 'ja',
        format: 'text',
        package: 'p',
        version: '1',
      } as const;
      return run({ text: text(kana), meta }).failure;
    };
    expect(failureAt(49)).toBeNull();
    expect(failureAt(50)).toMatchObject({ verdict: { value: 50, threshold: 49 } });
  });
});
