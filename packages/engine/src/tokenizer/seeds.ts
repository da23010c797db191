import { commonPrefixes, suffixArray } from './suffix-array.ts';
import type { WordTable } from './word-table.ts';

/**
 * Candidate pieces of two characters or more, as the intervals of a suffix array that start with them.
 * Sorted by length, so that filling a lattice in this order gives the pieces at one position from short to long.
 */
export interface Seeds {
  /** The suffix array the intervals point into. */
  order: Int32Array;
  low: Int32Array;
  /** Exclusive. */
  high: Int32Array;
  length: Int32Array;
  /** Occurrences in the text, words counted with their weights. */
  frequency: Float64Array;
}

/** Whether a space stands behind something else, or something else behind two spaces. */
function spaceInside(symbols: Int32Array, at: number, length: number, space: number): boolean {
  if (space === 0) return false;
  const last = at + length - 1;
  let spaces = 0;
  for (let p = at; p <= last; p++) if (symbols[p] === space) spaces++;
  return spaces > 0 && spaces < length && !(spaces === 1 && symbols[at] === space);
}

class Candidates {
  low: number[] = [];
  high: number[] = [];
  length: number[] = [];
  frequency: number[] = [];
  add(low: number, high: number, length: number, frequency: number): void {
    this.low.push(low);
    this.high.push(high);
    this.length.push(length);
    this.frequency.push(frequency);
  }
}

/** Every repeated, right-maximal substring inside words with 2 .. maxLength characters (the inner nodes of the suffix tree). */
function findCandidates(table: WordTable, order: Int32Array, maxLength: number): Candidates {
  const { symbols, starts, ends, weights, followed, space } = table;
  const weightAt = new Float64Array(symbols.length);
  const endOf = new Int32Array(symbols.length);
  for (let word = 0; word < weights.length; word++) {
    weightAt.fill(weights[word], starts[word], ends[word]);
    endOf.fill(ends[word], starts[word], starts[word + 1]);
  }
  const n = order.length;
  const summed = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) summed[i + 1] = summed[i] + weightAt[order[i]];
  // One more than a piece may have, to see that a substring goes on in the same way and is therefore not maximal.
  const shared = commonPrefixes(symbols, order, maxLength + 1);

  const found = new Candidates();
  const consider = (low: number, high: number, length: number) => {
    const frequency = summed[high] - summed[low];
    if (length < 2 || length > maxLength || frequency < 2) return;
    const at = order[low];
    // What follows a word is no part of it, and a space stands in front or among spaces only.
    if (at + length > endOf[at] || spaceInside(symbols, at, length, space)) return;
    found.add(low, high, length, frequency);
  };
  const openLength: number[] = [0];
  const openLow: number[] = [0];
  for (let i = 0; i < n; i++) {
    // The rest of a word that occurs only in this word, but in many copies of it.
    const rest = endOf[order[i]] - order[i];
    if (!followed && rest > shared[i] && rest > shared[i + 1]) consider(i, i + 1, rest);
    let low = i;
    while (openLength[openLength.length - 1] > shared[i + 1]) {
      low = openLow.pop()!;
      consider(low, i + 1, openLength.pop()!);
    }
    if (openLength[openLength.length - 1] < shared[i + 1]) {
      openLength.push(shared[i + 1]);
      openLow.push(low);
    }
  }
  return found;
}

/** Indexes of the `size` candidates with the highest frequency x length, then in order of length. */
function selectBest(found: Candidates, size: number): Int32Array {
  const scores = Float64Array.from(found.low, (_, i) => found.frequency[i] * found.length[i]);
  const threshold = scores.length > size ? scores.slice().sort()[scores.length - size] : 0;
  let atThreshold = size;
  for (const score of scores) if (score > threshold) atThreshold--;
  const chosen: number[] = [];
  scores.forEach((score, i) => {
    if (score > threshold || (score === threshold && atThreshold-- > 0)) chosen.push(i);
  });
  return Int32Array.from(chosen).sort((a, b) => found.length[a] - found.length[b] || a - b);
}

/** @param maxLength longest piece in characters; @param size how many candidates to start from */
export function findSeeds(table: WordTable, maxLength: number, size: number): Seeds {
  const order = suffixArray(table.symbols, table.alphabet.length + 2, maxLength + 1);
  const found = findCandidates(table, order, maxLength);
  const chosen = selectBest(found, size);
  return {
    order,
    low: chosen.map((i) => found.low[i]),
    high: chosen.map((i) => found.high[i]),
    length: chosen.map((i) => found.length[i]),
    frequency: Float64Array.from(chosen, (i) => found.frequency[i]),
  };
}
