import { SPACE_MARK } from './model.ts';
import type { Word } from './words.ts';

/** Words as sequences of small integers in one array: what seeds, expectation and pruning run over. */
export interface WordTable {
  /**
   * Word after word, each followed by a symbol for what comes next in the text, if that matters, and then by 0.
   * A symbol s in 1 .. alphabet.length is the character `alphabet[s - 1]`; behind a word also the next two numbers may
   * stand: any character outside the alphabet, and the end of a line.
   */
  symbols: Int32Array;
  /** Where each word starts in `symbols`; one more entry at the end. */
  starts: Int32Array;
  /** Where each word ends in `symbols` (exclusive). */
  ends: Int32Array;
  /** How often each word occurs. */
  weights: Float64Array;
  /** Required characters, most frequent first. */
  alphabet: string[];
  /** Occurrences of each character of the alphabet. */
  alphabetCounts: Float64Array;
  /** Whether words are followed by what comes next. */
  followed: boolean;
  /** The symbol of U+2581, or 0. */
  space: number;
}

/** The most frequent characters that together cover `coverage` (0..1] of all occurrences. */
export function requiredCharacters(words: readonly Word[], coverage: number): [string, number][] {
  const counts = new Map<string, number>();
  let total = 0;
  for (const [word, times] of words) {
    for (const character of word) {
      counts.set(character, (counts.get(character) ?? 0) + times);
      total += times;
    }
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].codePointAt(0)! - b[0].codePointAt(0)!);
  let covered = 0;
  let kept = 0;
  while (kept < sorted.length && covered < coverage * total) covered += sorted[kept++][1];
  return sorted.slice(0, kept);
}

/**
 * Words cut at characters outside the alphabet: no piece contains one, so nothing changes on either side of it.
 * @param seeds `sentences` keeps what follows each word, `words` forgets it
 */
export function buildWordTable(
  words: readonly Word[],
  coverage: number,
  seeds: 'words' | 'sentences' = 'words',
): WordTable {
  const required = requiredCharacters(words, coverage);
  const table = tableOver(
    words,
    required.map(([character]) => character),
    seeds,
  );
  return { ...table, alphabetCounts: Float64Array.from(required, ([, times]) => times) };
}

/** As `buildWordTable` over a given alphabet, whose characters are not counted. */
export function tableOver(
  words: readonly Word[],
  alphabet: string[],
  seeds: 'words' | 'sentences' = 'words',
): WordTable {
  const symbolOf = new Map(alphabet.map((character, index) => [character, index + 1]));
  const other = alphabet.length + 1;
  const lineEnd = alphabet.length + 2;
  const followed = seeds === 'sentences';
  const symbols: number[] = [];
  const starts: number[] = [0];
  const ends: number[] = [];
  const weights: number[] = [];
  const close = (times: number, follower: number) => {
    if (symbols.length === starts[starts.length - 1]) return;
    ends.push(symbols.length);
    if (followed) symbols.push(follower);
    symbols.push(0);
    starts.push(symbols.length);
    weights.push(times);
  };
  for (const [word, times, follower = ''] of words) {
    for (const character of word) {
      const symbol = symbolOf.get(character);
      if (symbol === undefined) close(times, other);
      else symbols.push(symbol);
    }
    close(times, follower === '' ? lineEnd : (symbolOf.get(follower) ?? other));
  }
  return {
    symbols: Int32Array.from(symbols),
    starts: Int32Array.from(starts),
    ends: Int32Array.from(ends),
    weights: Float64Array.from(weights),
    alphabet,
    alphabetCounts: new Float64Array(alphabet.length),
    followed,
    space: symbolOf.get(SPACE_MARK) ?? 0,
  };
}
