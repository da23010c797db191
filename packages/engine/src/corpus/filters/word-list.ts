import { CLASS, KATAKANA } from './character-classes.ts';

export interface WordHits {
  /** Places, leftmost and longest first, without overlap. */
  hits: number;
  /** Different words among them. */
  types: number;
}

/** Counts the words of one list in a text. */
export interface WordCounter {
  /** Words in the list. */
  readonly size: number;
  count(text: string): WordHits;
}

interface Word {
  text: string;
  isKatakana: boolean;
}

/**
 * The words of a list by their first two code units. As in LLM-jp corpus v1, a word of katakana alone does not count inside a longer
 * run of katakana; a word of ASCII letters does not count inside a longer word, and its case does not matter.
 */
export class WordList implements WordCounter {
  readonly size: number;
  /** Longest first, by `pairKey`; words of one unit stand under `SINGLE`. */
  readonly byStart = new Map<number, Word[]>();
  private starts?: Starts;

  constructor(words: Iterable<string>) {
    const unique = new Set([...words].map((word) => lower(word.normalize('NFC').trim())).filter(Boolean));
    this.size = unique.size;
    for (const text of [...unique].sort((a, b) => b.length - a.length)) {
      const key = pairKey(text.charCodeAt(0), text.length > 1 ? text.charCodeAt(1) : SINGLE);
      const sameStart = this.byStart.get(key) ?? [];
      this.byStart.set(key, sameStart);
      sameStart.push({ text, isKatakana: /^[\u30a1-\u30ff\uff66-\uff9f]+$/.test(text) });
    }
  }

  count(text: string): WordHits {
    if (this.size === 0) return { hits: 0, types: 0 };
    this.starts ??= startsOf([this]);
    return scan(text, [this], this.starts)[0] as WordHits;
  }

  /** The longest word that begins at `at`, where the two units stand in lower case; '' when none does. */
  longestAt(text: string, at: number, unit: number, next: number): string {
    return this.find(text, at, pairKey(unit, next)) || this.find(text, at, pairKey(unit, SINGLE));
  }

  private find(text: string, at: number, key: number): string {
    const words = this.byStart.get(key);
    if (words) for (const word of words) if (standsAt(text, at, word)) return word.text;
    return '';
  }
}

/**
 * Counters of several lists that go over a text once for all of them: the first that is asked counts for the others, which find the
 * answer ready as long as they are asked about the same text. Equal lists have one counter.
 */
export function countTogether(lists: Iterable<WordList>): Map<WordList, WordCounter> {
  const distinct = [...new Set(lists)].filter(({ size }) => size > 0);
  const counters = new Map<WordList, WordCounter>();
  for (let from = 0; from < distinct.length; from += LISTS_AT_ONCE) {
    const some = distinct.slice(from, from + LISTS_AT_ONCE);
    const starts = startsOf(some);
    let last: string | null = null;
    let hits: WordHits[] = [];
    for (const [index, list] of some.entries())
      counters.set(list, {
        size: list.size,
        count(text) {
          if (text !== last) {
            hits = scan(text, some, starts);
            last = text;
          }
          return hits[index] as WordHits;
        },
      });
  }
  return counters;
}

/** A byte of the table has a bit for each list. */
const LISTS_AT_ONCE = 8;
/** Stands for the second unit of a word that has only one: a code unit that is no character. */
const SINGLE = 0xffff;

interface Starts {
  /** For each hash of two neighbouring units, the lists in which some word begins so. */
  pairs: Uint8Array;
  /** For each unit, the lists in which it is a word by itself; null where no list has such a word. */
  singles: Uint8Array | null;
}

function startsOf(lists: readonly WordList[]): Starts {
  const pairs = new Uint8Array(0x10000);
  const singles = new Uint8Array(0x10000);
  for (const [index, list] of lists.entries())
    for (const key of list.byStart.keys()) {
      const [unit, next] = [key >>> 16, key & 0xffff];
      const [table, place] = next === SINGLE ? [singles, unit] : [pairs, pairHash(unit, next)];
      table[place] = (table[place] as number) | (1 << index);
    }
  return { pairs, singles: singles.some((lists) => lists > 0) ? singles : null };
}

/** A place is looked at closely only where its two units begin some word, so most of a text costs one load a unit. */
function scan(text: string, lists: readonly WordList[], { pairs, singles }: Starts): WordHits[] {
  const found = lists.map(() => new Set<string>());
  const hits = new Int32Array(lists.length);
  const until = new Int32Array(lists.length);
  let next = text.length > 0 ? lowerUnit(text.charCodeAt(0)) : 0;
  for (let i = 0; i < text.length; i++) {
    const unit = next;
    next = i + 1 < text.length ? lowerUnit(text.charCodeAt(i + 1)) : 0;
    const marked =
      (pairs[pairHash(unit, next)] as number) | (singles === null ? 0 : (singles[unit] as number));
    if (marked === 0) continue;
    for (let index = 0; index < lists.length; index++) {
      if ((marked & (1 << index)) === 0 || i < (until[index] as number)) continue;
      const word = (lists[index] as WordList).longestAt(text, i, unit, next);
      if (word === '') continue;
      hits[index] = (hits[index] as number) + 1;
      until[index] = i + word.length;
      found[index]?.add(word);
    }
  }
  return found.map((words, index) => ({ hits: hits[index] as number, types: words.size }));
}

const lowerUnit = (unit: number) => (unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit);
/** ASCII letters alone, so that lengths never change. */
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const pairKey = (first: number, second: number) => ((first << 16) | second) >>> 0;
const pairHash = (first: number, second: number) => (Math.imul(first, 0x9e3b) ^ second) & 0xffff;

function standsAt(text: string, at: number, { text: word, isKatakana }: Word): boolean {
  const end = at + word.length;
  if (end > text.length) return false;
  for (let i = 0; i < word.length; i++)
    if (lowerUnit(text.charCodeAt(at + i)) !== word.charCodeAt(i)) return false;
  if (isKatakana) return !isKatakanaAt(text, at - 1) && !isKatakanaAt(text, end);
  return (
    !(isAlphanumeric(word.charCodeAt(0)) && isAlphanumeric(text.charCodeAt(at - 1))) &&
    !(isAlphanumeric(word.charCodeAt(word.length - 1)) && isAlphanumeric(text.charCodeAt(end)))
  );
}

const isKatakanaAt = (text: string, at: number) =>
  at >= 0 && at < text.length && ((CLASS[text.charCodeAt(at)] as number) & KATAKANA) !== 0;
const isAlphanumeric = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
