import { avalanche } from './shingles.ts';

/**
 * Cuts a sketch into `buckets` bands of `rows` values (Indyk and Motwani 1998) and writes the 64-bit key of each band as
 * two lanes. Two documents are candidates when a whole band is equal: probability 1 - (1 - s^rows)^buckets at
 * Jaccard similarity s. The number of the band is part of the key, so keys of different bands never meet.
 */
export function bandKeys(
  sketch: Int32Array,
  rows: number,
  high: Int32Array,
  low: Int32Array,
  offset: number,
): void {
  const buckets = sketch.length / rows;
  for (let band = 0; band < buckets; band++) {
    let a = band + 1;
    let b = ~band;
    for (let k = band * rows; k < (band + 1) * rows; k++) {
      a = Math.imul(a ^ sketch[k], 0xcc9e2d51);
      a = (a << 15) | (a >>> 17);
      b = Math.imul(b + sketch[k], 0x1b873593);
      b = (b << 13) | (b >>> 19);
    }
    high[offset + band] = avalanche(a ^ (b >>> 7));
    low[offset + band] = avalanche(b ^ Math.imul(a, 0x9e3779b1));
  }
}

/** One byte of each value: enough to estimate a similarity, at an eighth of the memory of 64-bit hashes. */
export function packSketch(sketch: Int32Array, target: Uint8Array, offset: number): void {
  for (let k = 0; k < sketch.length; k++) target[offset + k] = sketch[k];
}

/**
 * Jaccard similarity from two packed sketches (b-bit minwise hashing, Li and König 2010, b = 8): unequal values share
 * their byte once in 256. Standard error about sqrt(s(1-s)/size).
 */
export function estimateJaccard(one: Uint8Array, other: Uint8Array): number {
  let equal = 0;
  for (let k = 0; k < one.length; k++) if (one[k] === other[k]) equal += 1;
  return Math.max(0, (equal / one.length - 1 / 256) / (1 - 1 / 256));
}

/** Probability that a pair of Jaccard similarity `s` becomes a candidate: the S-curve of the bands. */
export function matchProbability(s: number, buckets: number, rows: number): number {
  return 1 - (1 - s ** rows) ** buckets;
}
