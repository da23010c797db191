import { createShingler } from '../dedup/shingles.ts';
import { popCount } from './simhash.ts';

const BITMAP_WORDS = 256;
/** Up to this length single edits weigh too much in n-grams, and edit distance decides. */
const SHORT = 30;
const LEAST_JACCARD = 0.7;
const MOST_EDITS = 0.3;

/**
 * Whether two paragraphs are near-duplicates by Uzushio's rule: above 30 characters the Jaccard similarity of
 * bitmaps of 8,192 bits over character 3- and 4-grams is at least 0.7; otherwise edit distance over the longer length is
 * below 0.3. The bitmaps of the paragraphs seen last are kept.
 */
export function createSimilarity(): (one: string, other: string) => boolean {
  const shinglers = [createShingler(3), createShingler(4)];
  let cache = new Map<string, Int32Array>();
  const bitmapOf = (text: string): Int32Array => {
    const known = cache.get(text);
    if (known) return known;
    const bitmap = new Int32Array(BITMAP_WORDS);
    for (const shingle of shinglers) {
      const { high, count } = shingle(text, 'ja');
      for (let i = 0; i < count; i++) {
        const bit = (high[i] ^ (high[i] >>> 13)) & (BITMAP_WORDS * 32 - 1);
        bitmap[bit >>> 5] |= 1 << (bit & 31);
      }
    }
    if (cache.size === 4096) cache = new Map();
    cache.set(text, bitmap);
    return bitmap;
  };
  return (one, other) => {
    if (Math.max(one.length, other.length) <= SHORT) {
      return editDistance(one, other) < MOST_EDITS * Math.max(one.length, other.length);
    }
    const [a, b] = [bitmapOf(one), bitmapOf(other)];
    let both = 0;
    let either = 0;
    for (let w = 0; w < BITMAP_WORDS; w++) {
      both += popCount(a[w] & b[w]);
      either += popCount(a[w] | b[w]);
    }
    return both >= LEAST_JACCARD * either;
  };
}

/** Levenshtein distance in UTF-16 code units, one row at a time. */
export function editDistance(one: string, other: string): number {
  const row = Int32Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= other.length; j++) {
      const change = diagonal + (one.charCodeAt(i - 1) === other.charCodeAt(j - 1) ? 0 : 1);
      diagonal = row[j];
      row[j] = Math.min(change, diagonal + 1, row[j - 1] + 1);
    }
  }
  return row[other.length];
}
