import { eld } from 'eld/small';
import { scanOf } from './character-classes.ts';
import type { Filter, Step } from './filter.ts';
import { countLetters, rememberLast } from './letters.ts';
import {
  compressionRatio,
  countMatches,
  duplicateLineShare,
  longestRun,
  meanSentenceLength,
  nonEmptyLines,
  share,
  withoutFences,
} from './measures.ts';
import { repetitionShare } from './repetition.ts';
import { englishAndCodeSteps } from './steps-en-code.ts';
import { webSteps } from './steps-web.ts';

const ALL = ['ja', 'en', 'code'] as const;
const PROSE = ['ja', 'en'] as const;
const JA = ['ja'] as const;
const EN = ['en'] as const;
const CODE = ['code'] as const;

/** The replacement character, private use and unassigned controls: what is left of a wrong decoding. */
const DEBRIS = /[\ufffd\ue000-\uf8ff\u0080-\u0084\u0086-\u009f]/g;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}'\u2019_-]*/gu;
const GOPHER_WORDS = new Set(['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with']);

const words = rememberLast((text) => text.split(/\s+/).filter((word) => word !== ''));
const lines = rememberLast(nonEmptyLines);

/** Filters of the preset tsudoi-v1, most of which the other presets share. */
const commonFilters: Record<string, Filter> = {
  length: {
    origin: 'Characters; Uzushio DocLength keeps 200 and more',
    languages: ALL,
    measure: ({ text }) => text.length,
  },
  'debris-share': {
    origin: 'Replacement and private-use characters over all characters',
    languages: ALL,
    measure: ({ text }) => share(countMatches(text, DEBRIS), text.length),
  },
  'compression-ratio': {
    origin:
      'LLM-jp corpus v1: zlib level 9, 0.30 to 0.70; here of the first `limit` bytes, since the ratio falls with length',
    languages: PROSE,
    params: { limit: 4096 },
    measure: ({ text }, { limit }) => compressionRatio(text, limit),
  },
  'duplicate-line-share': {
    origin: 'Gopher and Swallow v1: characters in repeated lines, at most 0.20',
    languages: PROSE,
    measure: ({ text }) => duplicateLineShare(text),
  },
  'character-repetition': {
    origin: 'HojiChar CharRepetitionRatio: 5-grams, at most 0.33',
    languages: PROSE,
    params: { n: 5 },
    measure: ({ text }, { n }) => repetitionShare(text.replace(/\s+/g, ' '), n),
  },
  'longest-run': {
    origin: 'HojiChar SingleCharacterRepetition: at most 200 times the same character',
    languages: ALL,
    measure: ({ text }) => longestRun(text),
  },
  'special-character-share': {
    origin:
      'HojiChar TooManySpecialToken: visible characters that are neither letters nor digits, at most 0.4',
    languages: PROSE,
    measure: ({ text }) => {
      const { lettersAndDigits, visible } = countLetters(text);
      return 1 - share(lettersAndDigits, visible);
    },
  },
  'ja-kana-share': {
    origin: 'After HojiChar AcceptJapanese: kana over letters outside fenced code',
    languages: JA,
    measure: ({ text }) => {
      const prose = withoutFences(text);
      const { hiragana, katakana } = scanOf(prose);
      return share(hiragana + katakana, countLetters(prose).letters);
    },
  },
  'ja-hiragana-share': {
    origin: 'Uzushio HiraganaRatio: hiragana over visible characters outside fenced code, 0.10 and more',
    languages: JA,
    measure: ({ text }) => {
      const prose = withoutFences(text);
      return share(scanOf(prose).hiragana, countLetters(prose).visible);
    },
  },
  'ja-mean-sentence-length': {
    origin: 'LLM-jp corpus v1: at most 250 characters between sentence ends',
    languages: JA,
    measure: ({ text }) => meanSentenceLength(text),
  },
  'ja-short-line-share': {
    origin: 'HojiChar TooShortLines: lines of at most `length` characters',
    languages: JA,
    params: { length: 10 },
    measure: ({ text }, { length }) => {
      const all = lines(text);
      return share(all.filter((line) => line.trim().length <= length).length, all.length);
    },
  },
  'en-language': {
    origin:
      'ELD language identification over the first `characters` characters of prose: 1 for English, else 0',
    languages: EN,
    params: { characters: 2000 },
    measure: ({ text }, { characters }) => {
      const prose = withoutFences(text).slice(0, characters);
      return eld.detect(prose).language === 'en' ? 1 : 0;
    },
  },
  'en-word-count': {
    origin: 'Gopher: 50 to 100,000 words',
    languages: EN,
    measure: ({ text }) => words(text).length,
  },
  'en-mean-word-length': {
    origin: 'Gopher: 3 to 10 characters; here of runs of letters and digits',
    languages: EN,
    measure: ({ text }) => {
      const found = text.match(WORD) ?? [];
      return share(
        found.reduce((sum, word) => sum + word.length, 0),
        found.length,
      );
    },
  },
  'en-stop-words': {
    origin: 'Gopher: at least 2 of the, be, to, of, and, that, have, with',
    languages: EN,
    measure: ({ text }) =>
      new Set((text.toLowerCase().match(/[a-z]+/g) ?? []).filter((word) => GOPHER_WORDS.has(word))).size,
  },
  'en-alphabetic-word-share': {
    origin: 'Gopher: words with a letter over all words, 0.8 and more; lower where tables and code are usual',
    languages: EN,
    measure: ({ text }) => {
      const all = words(text);
      return share(all.filter((word) => /\p{L}/u.test(word)).length, all.length);
    },
  },
  'en-symbol-word-ratio': {
    origin: 'Gopher: hash signs and ellipses over words, at most 0.1',
    languages: EN,
    measure: ({ text }) => share(countMatches(text, /#+|\.\.\.|\u2026/g), words(text).length),
  },
  'en-bullet-line-share': {
    origin: 'Gopher: lines that begin with a bullet, at most 0.9',
    languages: EN,
    measure: ({ text }) => {
      const all = lines(text);
      return share(all.filter((line) => /^\s*[-*\u2022\u2023]/.test(line)).length, all.length);
    },
  },
  'en-ellipsis-line-share': {
    origin: 'Gopher: lines that end with an ellipsis, at most 0.3',
    languages: EN,
    measure: ({ text }) => {
      const all = lines(text);
      return share(all.filter((line) => /(\.\.\.|\u2026)\s*$/.test(line)).length, all.length);
    },
  },
  'code-max-line-length': {
    origin: 'The Stack: at most 1,000 characters',
    languages: CODE,
    measure: ({ text }) => text.split('\n').reduce((longest, line) => Math.max(longest, line.length), 0),
  },
  'code-mean-line-length': {
    origin: 'The Stack: at most 100 characters',
    languages: CODE,
    measure: ({ text }) => {
      const lines = text.split('\n');
      return share(text.length - lines.length + 1, lines.length);
    },
  },
  'code-alphanumeric-share': {
    origin: 'The Stack: letters and digits over all characters, 0.25 and more',
    languages: CODE,
    measure: ({ text }) => share(countLetters(text).lettersAndDigits, text.length),
  },
};

/** Every filter and edit by its name. A recipe may set the bounds freely; `presets.ts` holds the ones that were published. */
export const filters: Record<string, Step> = { ...commonFilters, ...webSteps, ...englishAndCodeSteps };
