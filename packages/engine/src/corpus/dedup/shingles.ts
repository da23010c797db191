import type { Language } from '@tsudoi/schema';
import { foldTable, SEPARATOR } from './fold.ts';

/** 64-bit hashes of the shingles of one text, repeats included, as two lanes of 32 bits. */
export interface Shingles {
  high: Int32Array;
  low: Int32Array;
  count: number;
}

const HIGH_BASE = 0x01000193;
const LOW_BASE = 0x9e3779b1 | 0;

/**
 * Hashes of all n-grams of a folded text: of characters (UTF-16 code units, separators left out) for Japanese, which
 * has no word borders to rely on, and of words for English and code. A text shorter than n gives one shingle.
 * The hash rolls (Karp and Rabin 1987), so a shingle costs two multiplications a lane whatever n is.
 * Returned arrays are reused by the next call.
 */
export function createShingler(n: number) {
  const fold = foldTable();
  const [highOut, lowOut] = [power(HIGH_BASE, n), power(LOW_BASE, n)];
  let units = new Int32Array(1 << 14);
  let high = new Int32Array(1 << 14);
  let low = new Int32Array(1 << 14);

  const room = (count: number) => {
    if (count <= units.length) return;
    const size = 2 ** Math.ceil(Math.log2(count));
    units = new Int32Array(size);
    high = new Int32Array(size);
    low = new Int32Array(size);
  };
  const characterUnits = (text: string): number => {
    let count = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = fold[text.charCodeAt(i)];
      if (unit !== SEPARATOR) units[count++] = Math.imul(unit + 1, 0x85ebca6b);
    }
    return count;
  };
  const wordUnits = (text: string): number => {
    let count = 0;
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = fold[text.charCodeAt(i)];
      if (unit !== SEPARATOR) hash = Math.imul((hash ^ unit) + 0x7f4a7c15, 0x01000193) ^ (hash >>> 15);
      else if (hash !== 0) {
        units[count++] = hash;
        hash = 0;
      }
    }
    if (hash !== 0) units[count++] = hash;
    return count;
  };
  return (text: string, language: Language): Shingles => {
    room(text.length + 1);
    const total = language === 'ja' ? characterUnits(text) : wordUnits(text);
    let a = 0;
    let b = 0;
    const first = Math.min(n, total);
    for (let i = 0; i < first; i++) {
      a = (Math.imul(a, HIGH_BASE) + units[i]) | 0;
      b = (Math.imul(b, LOW_BASE) + units[i]) | 0;
    }
    high[0] = a;
    low[0] = b;
    for (let i = n; i < total; i++) {
      const [enters, leaves] = [units[i], units[i - n]];
      a = (Math.imul(a, HIGH_BASE) + enters - Math.imul(leaves, highOut)) | 0;
      b = (Math.imul(b, LOW_BASE) + enters - Math.imul(leaves, lowOut)) | 0;
      high[i - n + 1] = a;
      low[i - n + 1] = b;
    }
    return { high, low, count: Math.max(1, total - n + 1) };
  };
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
export function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
