import type { Language } from '@tsudoi/schema';

/** 64-bit hashes of the distinct shingles of one text, as two lanes of 32 bits. */
export interface Shingles {
  high: Uint32Array;
  low: Uint32Array;
  count: number;
}

/**
 * Hashes of all n-grams of a text: of characters (UTF-16 code units, white space left out) for Japanese, which has no
 * word borders to rely on, and of words (runs of letters, digits and underscores) for English and code. Text is
 * lower-cased first. A text shorter than n gives one shingle. Returned arrays are reused by the next call.
 */
export function createShingler(n: number) {
  let high = new Uint32Array(1 << 14);
  let low = new Uint32Array(1 << 14);
  const room = (count: number) => {
    if (count <= high.length) return;
    high = new Uint32Array(2 ** Math.ceil(Math.log2(count)));
    low = new Uint32Array(high.length);
  };
  return (text: string, language: Language): Shingles => {
    const units = language === 'ja' ? characterUnits(text) : wordUnits(text);
    const total = Math.max(1, units.length - n + 1);
    room(total);
    for (let i = 0; i < total; i++) {
      let a = 0x9e3779b9 | 0;
      let b = 0x85ebca6b | 0;
      for (let j = i; j < i + n && j < units.length; j++) {
        a = Math.imul(a ^ units[j], 0xcc9e2d51);
        a = (a << 13) | (a >>> 19);
        b = Math.imul(b + units[j], 0x1b873593) ^ (b >>> 15);
      }
      high[i] = avalanche(a ^ (b >>> 7));
      low[i] = avalanche(b + Math.imul(a, 0x2545f491));
    }
    return { high, low, count: distinct(high, low, total) };
  };
}

/** The finaliser of MurmurHash3. */
export function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function characterUnits(text: string): Int32Array {
  const lower = text.toLowerCase();
  const units = new Int32Array(lower.length);
  let count = 0;
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i);
    const isSpace = code === 32 || (code >= 9 && code <= 13) || code === 0x3000 || code === 0xa0;
    if (!isSpace) units[count++] = code;
  }
  return units.subarray(0, count);
}

/** Each word as a 32-bit FNV-1a hash. */
function wordUnits(text: string): Int32Array {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const units = new Int32Array(words.length);
  for (let w = 0; w < words.length; w++) {
    const word = words[w];
    let hash = 0x811c9dc5 | 0;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    units[w] = hash;
  }
  return units;
}

/** Moves the distinct pairs to the front and returns their number: open addressing on the low lane. */
function distinct(high: Uint32Array, low: Uint32Array, total: number): number {
  const size = 2 ** Math.ceil(Math.log2(total * 2 + 1));
  const table = new Int32Array(size); // index + 1, 0 is free
  let count = 0;
  for (let i = 0; i < total; i++) {
    let slot = low[i] & (size - 1);
    while (table[slot] !== 0 && (low[table[slot] - 1] !== low[i] || high[table[slot] - 1] !== high[i])) {
      slot = (slot + 1) & (size - 1);
    }
    if (table[slot] !== 0) continue;
    high[count] = high[i];
    low[count] = low[i];
    count += 1;
    table[slot] = count;
  }
  return count;
}
