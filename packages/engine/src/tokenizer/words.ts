import { SPACE_MARK } from './model.ts';
import { Script, scriptOf } from './scripts.ts';

/**
 * Cuts training text into words, the only places where a piece may begin and end. Every rule SentencePiece checks on a
 * candidate piece (no change of script, digits alone, U+2581 only in front) is made true here once, by cutting.
 */
export interface WordRules {
  /** Cut runs of Japanese with Intl.Segmenter first, as LLM-jp does with MeCab: cleaner pieces and far less work. */
  segmentJapanese: boolean;
  splitDigits: boolean;
  /** `apart`: a space before Japanese is a piece by itself. `joined`: it may begin a Japanese piece, as in SentencePiece. */
  japaneseSpaces: 'apart' | 'joined';
  /**
   * What may follow a piece at the end of a word, which decides whether it is a candidate. `words`: anything, so every
   * word can become a piece. `sentences`: what follows in the text, as in SentencePiece, where a word that is always
   * followed by the same character is none.
   */
  seeds: 'words' | 'sentences';
  /** Texts that are pieces of their own and therefore never part of another. */
  userSymbols: readonly string[];
}

// Spaces belong to what follows; Japanese runs and the rest are kept apart already here to have few distinct chunks.
const CHUNK =
  / *(?:[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30FC\uFF70\uFF9E\uFF9F]+|[^ \p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30FC\uFF70\uFF9E\uFF9F]+)| +/gu;

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Counts of strings by the character that follows them; '' where that does not matter, or at the end of a line.
 */
export type Followed = Map<string, Map<string, number>>;

/** A word, how often it occurs, and what follows it: '' at the end of a line, or where that does not matter. */
export type Word = [word: string, times: number, follower?: string];

function add(counts: Followed, follower: string, text: string, times: number): void {
  const texts = counts.get(follower) ?? new Map<string, number>();
  if (texts.size === 0) counts.set(follower, texts);
  texts.set(text, (texts.get(text) ?? 0) + times);
}

const firstCharacter = (text: string) => String.fromCodePoint(text.codePointAt(0)!);

/** Adds the chunks of one text to `chunks`. Lone surrogates become U+FFFD: training needs counts, not identity. */
export function countChunks(
  text: string,
  symbols: RegExp,
  seeds: WordRules['seeds'],
  chunks: Followed,
): void {
  for (const part of text.toWellFormed().split(symbols)) {
    const found = part.match(CHUNK) ?? [];
    for (let i = 0; i < found.length; i++) {
      const follower = seeds === 'words' || i + 1 === found.length ? '' : firstCharacter(found[i + 1]);
      add(chunks, follower, found[i], 1);
    }
  }
}

/** Matches what no piece may contain: the user symbols, longest first, and a literal U+2581, which is not a space. */
export function symbolPattern(userSymbols: readonly string[]): RegExp {
  const longestFirst = [...userSymbols, SPACE_MARK].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeRegExp).join('|'), 'u');
}

/** The spaces before a word: in SentencePiece they belong to it, here all but the last are a word of their own. */
function spacesBefore(spaces: number, joins: boolean, rules: WordRules, words: string[]): string {
  if (joins && rules.seeds === 'sentences') return SPACE_MARK.repeat(spaces);
  const alone = joins ? spaces - 1 : spaces;
  if (alone > 0) words.push(SPACE_MARK.repeat(alone));
  return joins && spaces > 0 ? SPACE_MARK : '';
}

function cutByScript(text: string, prefix: string, splitDigits: boolean, words: string[]): void {
  let word = prefix;
  let script: number = Script.inherited;
  for (const character of text) {
    let next = scriptOf(character.codePointAt(0)!);
    if (next === Script.inherited) next = script;
    const alone = splitDigits && next === Script.digit;
    if (word !== '' && (alone || (word !== prefix && next !== script))) {
      words.push(word);
      word = '';
    }
    word += character;
    script = next;
  }
  if (word !== '') words.push(word);
}

function wordsOf(chunk: string, rules: WordRules, segmenter: Intl.Segmenter | null): string[] {
  const words: string[] = [];
  const body = chunk.replace(/^ +/, '');
  const spaces = chunk.length - body.length;
  const script = body === '' ? Script.space : scriptOf(body.codePointAt(0)!);
  if (script !== Script.han) {
    const joins = script !== Script.space && !(rules.splitDigits && script === Script.digit);
    const prefix = spacesBefore(spaces, joins, rules, words);
    if (body !== '') cutByScript(body, prefix, rules.splitDigits, words);
    return words;
  }
  // Apart by default: Japanese has no spaces, and the same word should be one piece everywhere.
  const prefix = spacesBefore(spaces, rules.japaneseSpaces === 'joined', rules, words);
  if (!segmenter) words.push(prefix + body);
  else {
    const segments = Array.from(segmenter.segment(body), ({ segment }) => segment);
    words.push(prefix + segments[0], ...segments.slice(1));
  }
  return words;
}

/** The words of all texts with how often they occur, most frequent first, then by code unit: the same for the same input. */
export function countWords(chunks: Followed, rules: WordRules): Word[] {
  const counts: Followed = new Map();
  const segmenter = rules.segmentJapanese ? new Intl.Segmenter('ja', { granularity: 'word' }) : null;
  for (const [follower, texts] of chunks) {
    for (const [chunk, times] of texts) {
      const words = wordsOf(chunk, rules, segmenter);
      for (let i = 0; i < words.length; i++) {
        const inside = rules.seeds === 'words' ? '' : firstCharacter(words[i + 1] ?? ' ');
        add(counts, i + 1 < words.length ? inside : follower, words[i], times);
      }
    }
  }
  const words = [...counts].flatMap(([follower, texts]) =>
    Array.from(texts, ([word, times]): Word => [word, times, follower === ' ' ? SPACE_MARK : follower]),
  );
  return words.sort((a, b) => b[1] - a[1] || compare(a[0], b[0]) || compare(a[2] ?? '', b[2] ?? ''));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
