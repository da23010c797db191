import { avalanche, type Shingles } from './shingles.ts';

/**
 * Fast similarity sketching (Dahlgaard, Knudsen and Thorup, FOCS 2017): `size` bins, each with the smallest hash value
 * that fell into it. Round r throws every shingle into one bin; a bin that is empty after a round goes on to the next,
 * and after `size` rounds round size + b asks every shingle for a value of bin b. A bin holds the minimum over all
 * rounds whatever the size of the set, so two sets agree in a bin with probability equal to their Jaccard similarity,
 * as with `size` independent permutations, at the cost of about one hash a shingle instead of `size` of them.
 *
 * Gives 32-bit values; repeated shingles change nothing. The array is reused by the next call.
 */
export function createSketcher(size: number, seed: number): (shingles: Shingles) => Int32Array {
  const values = new Int32Array(size);
  const empty = new Uint8Array(size);
  const roundSeeds = Int32Array.from({ length: 2 * size }, (_, round) =>
    avalanche(seed + round * 0x9e3779b9),
  );

  return (shingles) => {
    empty.fill(1);
    values.fill(NONE);
    let left = size;
    for (let round = 0; round < size && left > 0; round++) {
      throwAll(shingles, roundSeeds[round], empty, values);
      left = markEmpty(values, empty);
    }
    for (let bin = 0; left > 0 && bin < size; bin++) {
      if (empty[bin] === 1) values[bin] = least(shingles, roundSeeds[size + bin]);
    }
    return values;
  };
}

/** Larger than every value, which have 31 bits. */
const NONE = 0x7fffffff;

/** Throws every shingle into one bin; of the bins that were empty before the round, each keeps the least value. */
function throwAll({ high, low, count }: Shingles, salt: number, empty: Uint8Array, values: Int32Array): void {
  const size = values.length;
  for (let i = 0; i < count; i++) {
    let place = low[i] ^ salt;
    place = Math.imul(place ^ (place >>> 16), 0x85ebca6b);
    place = Math.imul(place ^ (place >>> 13), 0xc2b2ae35);
    place ^= place >>> 16;
    const bin = Math.imul(place >>> 16, size) >>> 16;
    if (empty[bin] === 0) continue;
    let value = (high[i] + Math.imul(place, 0x2545f491)) | 0;
    value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
    value = (value ^ (value >>> 13)) & 0x7fffffff;
    values[bin] = Math.min(values[bin], value);
  }
}

function markEmpty(values: Int32Array, empty: Uint8Array): number {
  let count = 0;
  for (let bin = 0; bin < values.length; bin++) {
    const none = values[bin] === NONE ? 1 : 0;
    empty[bin] = none;
    count += none;
  }
  return count;
}

function least({ high, low, count }: Shingles, salt: number): number {
  let best = NONE;
  for (let i = 0; i < count; i++) {
    const value = avalanche((high[i] + Math.imul(low[i] ^ salt, 0x2545f491)) | 0) & 0x7fffffff;
    if (value < best) best = value;
  }
  return best;
}
