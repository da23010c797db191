import { createShingler } from '../dedup/shingles.ts';

/** Words of 32 bits in a signature of 128. */
export const WORDS = 4;
/** A counter plane holds one binary digit of 32 counts; 24 planes count to 16 million n-grams. */
const PLANES = 24;

/**
 * SimHash (Charikar 2002) of 128 bits over character 3- and 4-grams, as Uzushio takes it for corpus v2: bit b is set
 * when more n-grams have bit b of their hash set than not. The 128 counts are kept as bit planes, so an n-gram costs
 * a few logical operations a word instead of 128 additions.
 */
export function createSimHasher(): (text: string, target: Int32Array, offset: number) => void {
  const shinglers = [createShingler(3), createShingler(4)];
  const planes = Array.from({ length: WORDS }, () => new Int32Array(PLANES));
  return (text, target, offset) => {
    for (const counts of planes) counts.fill(0);
    let total = 0;
    for (const shingle of shinglers) {
      const { high, low, count } = shingle(text, 'ja');
      for (let i = 0; i < count; i++) {
        let word = mix(high[i] ^ Math.imul(low[i], 0x9e3779b1));
        for (let w = 0; w < WORDS; w++) {
          add(planes[w], word);
          word = mix((word + low[i]) | 0);
        }
      }
      total += count;
    }
    for (let w = 0; w < WORDS; w++) target[offset + w] = above(planes[w], total >> 1);
  };
}

function mix(value: number): number {
  const h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ (h >>> 15);
}

/** Adds one to each of the 32 counts whose bit is set: a ripple-carry adder over the planes. */
function add(counts: Int32Array, bits: number): void {
  let carry = bits;
  for (let plane = 0; carry !== 0; plane++) {
    const next = counts[plane] & carry;
    counts[plane] ^= carry;
    carry = next;
  }
}

/** The bits whose count is larger than the bound: compared from the most significant plane down. */
function above(counts: Int32Array, bound: number): number {
  let larger = 0;
  let equal = -1;
  for (let plane = PLANES - 1; plane >= 0; plane--) {
    const bit = (bound >>> plane) & 1 ? -1 : 0;
    larger |= equal & counts[plane] & ~bit;
    equal &= ~(counts[plane] ^ bit);
  }
  return larger;
}

export function hammingDistance(signatures: Int32Array, one: number, other: number): number {
  let distance = 0;
  for (let w = 0; w < WORDS; w++)
    distance += popCount(signatures[one * WORDS + w] ^ signatures[other * WORDS + w]);
  return distance;
}

export function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
