import { CLASS, KATAKANA } from './character-classes.ts';

export interface WordHits {
  /** Places, leftmost and longest first, without overlap. */
  hits: number;
  /** Different words among them. */
  types: number;
}

/**
 * Finds the words of a list in a text. A place is looked at closely only where its two first code units begin some word
 * (one bit table), so most of a text costs two loads a unit. As in LLM-jp corpus v1, a word of katakana alone does not count inside
 * a longer run of katakana; a word of ASCII letters does not count inside a longer word, and its case does not matter.
 */
export class WordList {
  readonly size: number;
  private readonly firsts = new Uint8Array(0x10000);
  private readonly pairs = new Uint8Array(0x10000);
  private readonly byStart = new Map<string, string[]>();

  constructor(words: Iterable<string>) {
    const unique = new Set([...words].map((word) => lower(word.normalize('NFC').trim())).filter(Boolean));
    this.size = unique.size;
    for (const word of [...unique].sort((a, b) => b.length - a.length)) this.add(word);
  }

  count(text: string): WordHits {
    if (this.size === 0) return { hits: 0, types: 0 };
    const { firsts, pairs } = this;
    const found = new Set<string>();
    let hits = 0;
    let next = text.length > 0 ? lowerUnit(text.charCodeAt(0)) : 0;
    for (let i = 0; i < text.length; i++) {
      const unit = next;
      next = i + 1 < text.length ? lowerUnit(text.charCodeAt(i + 1)) : 0;
      const kind = firsts[unit] as number;
      if (kind === 0 || (kind === 1 && pairs[pairHash(unit, next)] === 0)) continue;
      const word = this.longestAt(text, i);
      if (word === '') continue;
      hits += 1;
      found.add(word);
      i += word.length - 1;
      next = i + 1 < text.length ? lowerUnit(text.charCodeAt(i + 1)) : 0;
    }
    return { hits, types: found.size };
  }

  private add(word: string): void {
    const unit = word.charCodeAt(0);
    // 2: some word is this unit alone, so its follower says nothing.
    this.firsts[unit] = word.length === 1 ? 2 : Math.max(1, this.firsts[unit] as number);
    if (word.length > 1) this.pairs[pairHash(unit, word.charCodeAt(1))] = 1;
    const start = word.slice(0, 2);
    const sameStart = this.byStart.get(start);
    if (sameStart) sameStart.push(word);
    else this.byStart.set(start, [word]);
  }

  private longestAt(text: string, at: number): string {
    const start = lower(text.slice(at, at + 2));
    const candidates = this.byStart.get(start) ?? [];
    const single = start.length > 1 ? (this.byStart.get(start[0] as string) ?? []) : [];
    for (const word of [...candidates, ...single])
      if (lower(text.slice(at, at + word.length)) === word && standsAlone(text, at, word)) return word;
    return '';
  }
}

const lowerUnit = (unit: number) => (unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit);
/** ASCII letters alone, so that lengths never change. */
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const pairHash = (first: number, second: number) => (Math.imul(first, 0x9e3b) ^ second) & 0xffff;

function standsAlone(text: string, at: number, word: string): boolean {
  const end = at + word.length;
  const [first, last] = [word.charCodeAt(0), word.charCodeAt(word.length - 1)];
  if (/^[\u30a1-\u30ff\uff66-\uff9f]+$/.test(word))
    return !isKatakana(text, at - 1) && !isKatakana(text, end);
  return (
    !(isAlphanumeric(first) && isAlphanumeric(text.charCodeAt(at - 1))) &&
    !(isAlphanumeric(last) && isAlphanumeric(text.charCodeAt(end)))
  );
}

const isKatakana = (text: string, at: number) =>
  at >= 0 && at < text.length && ((CLASS[text.charCodeAt(at)] as number) & KATAKANA) !== 0;
const isAlphanumeric = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
