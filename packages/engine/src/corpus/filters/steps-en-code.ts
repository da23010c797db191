import { notWritten } from '../readers/code-checks.ts';
import type { Filter } from './filter.ts';
import { countMatches, nonEmptyLines, share } from './measures.ts';
import { duplicateNgramShare, topNgramShare, wordsOf } from './word-ngrams.ts';

const EN = ['en'] as const;
const CODE = ['code'] as const;
const SENTENCE = /[.!?]["')\]]?(?=\s|$)/g;
const TERMINAL = /[.?!"']$/;

function paragraphDuplicates(text: string, separator: RegExp): { count: number; characters: number } {
  const seen = new Set<string>();
  let repeated = 0;
  let repeatedCharacters = 0;
  let total = 0;
  let characters = 0;
  for (const raw of text.split(separator)) {
    const part = raw.trim();
    if (part === '') continue;
    total += 1;
    characters += part.length;
    if (!seen.has(part)) seen.add(part);
    else {
      repeated += 1;
      repeatedCharacters += part.length;
    }
  }
  return { count: share(repeated, total), characters: share(repeatedCharacters, characters) };
}

/** Further filters of English web text (Gopher, C4, FineWeb) and of code (StarCoder). */
export const englishAndCodeSteps: Record<string, Filter> = {
  'en-duplicate-line-count': {
    origin: 'Gopher repetition: lines that repeat an earlier one over all lines, at most 0.30',
    languages: EN,
    measure: ({ text }) => paragraphDuplicates(text, /\n+/).count,
  },
  'en-duplicate-paragraph-count': {
    origin: 'Gopher repetition: repeated paragraphs over all, at most 0.30',
    languages: EN,
    measure: ({ text }) => paragraphDuplicates(text, /\n{2,}/).count,
  },
  'en-duplicate-paragraph-share': {
    origin: 'Gopher repetition: characters in repeated paragraphs, at most 0.20',
    languages: EN,
    measure: ({ text }) => paragraphDuplicates(text, /\n{2,}/).characters,
  },
  'en-top-ngram-share': {
    origin: 'Gopher repetition: the most frequent 2-, 3-, 4-gram, at most 0.20, 0.18, 0.16 of the characters',
    languages: EN,
    params: { n: 2 },
    measure: ({ text }, { n = 2 }) => topNgramShare(text, n),
  },
  'en-duplicate-ngram-share': {
    origin: 'Gopher repetition: characters in repeated 5- to 10-grams, at most 0.15 to 0.10',
    languages: EN,
    params: { n: 5 },
    measure: ({ text }, { n = 5 }) => duplicateNgramShare(text, n),
  },
  'en-sentence-count': {
    origin: 'C4: at least 5 sentences',
    languages: EN,
    measure: ({ text }) => countMatches(text, SENTENCE),
  },
  'en-boilerplate': {
    origin: 'C4: "lorem ipsum" or a curly bracket drops a page; how many there are',
    languages: EN,
    measure: ({ text }) => countMatches(text, /lorem ipsum|\{/gi),
  },
  'en-terminal-line-share': {
    origin: 'FineWeb: lines that end in punctuation, at least 0.12',
    languages: EN,
    measure: ({ text }) => {
      const lines = nonEmptyLines(text);
      return share(lines.filter((line) => TERMINAL.test(line.trimEnd())).length, lines.length);
    },
  },
  'en-short-line-share': {
    origin: 'FineWeb: lines of at most 30 characters, at most 0.67',
    languages: EN,
    params: { length: 30 },
    measure: ({ text }, { length = 30 }) => {
      const lines = nonEmptyLines(text);
      return share(lines.filter((line) => line.length <= length).length, lines.length);
    },
  },
  'en-newline-word-ratio': {
    origin: 'FineWeb: newlines over words, at most 0.3',
    languages: EN,
    measure: ({ text }) => share(countMatches(text, /\n/g), wordsOf(text).count),
  },
  'code-not-written': {
    origin: 'StarCoder and The Stack: 1 for vendored, generated or minified files',
    languages: CODE,
    measure: ({ text, meta }) => (notWritten(meta.path, text) === null ? 0 : 1),
  },
  'code-xml-header': {
    origin:
      'StarCoder: 1 for an XML declaration in the first 100 characters of a file that is no XML by its name',
    languages: CODE,
    measure: ({ text, meta }) =>
      /<\?xml version=/.test(text.slice(0, 100)) && !/\.(?:xml|xslt?|svg)$/i.test(meta.path) ? 1 : 0,
  },
  'code-letter-share': {
    origin: 'StarCoder: ASCII and other letters over all characters, 0.25 and more',
    languages: CODE,
    measure: ({ text }) => share(countMatches(text, /\p{L}/gu), text.length),
  },
};
