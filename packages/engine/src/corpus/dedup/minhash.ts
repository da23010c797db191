import { avalanche, type Shingles } from './shingles.ts';

/** Signature of one document: `size` minimum hashes, each 64 bits in two lanes. */
export interface Signature {
  high: Uint32Array;
  low: Uint32Array;
}

/**
 * MinHash (Broder 1997) with independent hash functions. Function k maps a shingle of 64 bits to
 * `a_k * low + b_k * high + c_k` modulo 2^32, mixed once; the shingle with the smallest image is chosen and its low
 * lane becomes the second half of the value, so that two different shingles agree with probability 2^-64.
 * Cost: size x distinct shingles, without allocation or BigInt.
 */
export function createMinHash(size: number, seed: number): (shingles: Shingles) => Signature {
  const a = new Int32Array(size);
  const b = new Int32Array(size);
  const c = new Int32Array(size);
  for (let k = 0; k < size; k++) {
    a[k] = avalanche(seed + 3 * k + 1) | 1;
    b[k] = avalanche((seed ^ 0x5bd1e995) + 3 * k + 2) | 1;
    c[k] = avalanche((seed ^ 0x27d4eb2f) + 3 * k + 3);
  }
  return ({ high, low, count }) => {
    const signature = { high: new Uint32Array(size), low: new Uint32Array(size) };
    for (let k = 0; k < size; k++) {
      const ak = a[k];
      const bk = b[k];
      const ck = c[k];
      let best = 0xffffffff;
      let at = 0;
      for (let i = 0; i < count; i++) {
        let h = (Math.imul(low[i], ak) + Math.imul(high[i], bk) + ck) | 0;
        h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
        h = (h ^ (h >>> 13)) >>> 0;
        if (h < best) {
          best = h;
          at = i;
        }
      }
      signature.high[k] = best;
      signature.low[k] = low[at];
    }
    return signature;
  };
}

/** Share of equal minimum hashes: an unbiased estimate of the Jaccard similarity, standard error sqrt(s(1-s)/size). */
export function estimateJaccard(one: Uint32Array, other: Uint32Array): number {
  let equal = 0;
  for (let k = 0; k < one.length; k++) if (one[k] === other[k]) equal += 1;
  return equal / one.length;
}
