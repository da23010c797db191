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
  /** Texts that are pieces of their own and therefore never part of another. */
  userSymbols: readonly string[];
}

// Spaces belong to what follows; Japanese runs and the rest are kept apart already here to have few distinct chunks.
const CHUNK =
  / *(?:[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30FC\uFF70\uFF9E\uFF9F]+|[^ \p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30FC\uFF70\uFF9E\uFF9F]+)| +/gu;

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

type Count = (word: string, times: number) => void;

/** Adds the chunks of one text to `chunks`. Lone surrogates become U+FFFD: training needs counts, not identity. */
export function countChunks(text: string, symbols: RegExp, chunks: Map<string, number>): void {
  for (const part of text.toWellFormed().split(symbols)) {
    for (const chunk of part.match(CHUNK) ?? []) chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
  }
}

/** Matches what no piece may contain: the user symbols, longest first, and a literal U+2581, which is not a space. */
export function symbolPattern(userSymbols: readonly string[]): RegExp {
  const longestFirst = [...userSymbols, SPACE_MARK].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeRegExp).join('|'), 'u');
}

/** Writes the space before a word: all but one as a word of their own, the last one in front of the word if it may be. */
function spacesBefore(spaces: number, joins: boolean, times: number, count: Count): string {
  const alone = joins ? spaces - 1 : spaces;
  if (alone > 0) count(SPACE_MARK.repeat(alone), times);
  return joins && spaces > 0 ? SPACE_MARK : '';
}

function cutByScript(text: string, prefix: string, splitDigits: boolean, times: number, count: Count): void {
  let word = prefix;
  let script: number = Script.inherited;
  for (const character of text) {
    let next = scriptOf(character.codePointAt(0)!);
    if (next === Script.inherited) next = script;
    const alone = splitDigits && next === Script.digit;
    if (word !== '' && (alone || (word !== SPACE_MARK && next !== script))) {
      count(word, times);
      word = '';
    }
    word += character;
    script = next;
  }
  if (word !== '') count(word, times);
}

/** The words of all texts with how often they occur, most frequent first, then by code unit: the same for the same input. */
export function countWords(chunks: ReadonlyMap<string, number>, rules: WordRules): [string, number][] {
  const words = new Map<string, number>();
  const count: Count = (word, times) => words.set(word, (words.get(word) ?? 0) + times);
  const segmenter = rules.segmentJapanese ? new Intl.Segmenter('ja', { granularity: 'word' }) : null;
  for (const [chunk, times] of chunks) {
    const body = chunk.replace(/^ +/, '');
    const spaces = chunk.length - body.length;
    const script = body === '' ? Script.space : scriptOf(body.codePointAt(0)!);
    if (script === Script.han) {
      // U+2581 stays outside Japanese pieces: Japanese has no spaces, and the same word should be one piece everywhere.
      spacesBefore(spaces, false, times, count);
      if (!segmenter) count(body, times);
      else for (const { segment } of segmenter.segment(body)) count(segment, times);
      continue;
    }
    const joins = script !== Script.space && !(rules.splitDigits && script === Script.digit);
    const prefix = spacesBefore(spaces, joins, times, count);
    if (body !== '') cutByScript(body, prefix, rules.splitDigits, times, count);
  }
  return [...words].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
