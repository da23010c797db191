/**
 * A pseudo-random permutation of 0 .. size - 1 that is computed and not stored: a balanced Feistel network of six
 * rounds on the next even power of two, with cycle walking back into the range (Black and Rogaway 2002). A data
 * order of any length thus costs no memory, and position `i` of it is known without walking to it.
 */
export function permute(index: number, size: number, seed: number, epoch: number): number {
  if (size <= 1) return 0;
  const halfBits = Math.max(1, Math.ceil((32 - Math.clz32(size - 1)) / 2));
  const mask = 2 ** halfBits - 1;
  let value = index;
  do {
    let left = Math.floor(value / (mask + 1));
    let right = value % (mask + 1);
    for (let round = 0; round < 6; round++) {
      const next = (left ^ (mix(right, mix(seed, mix(epoch, round + 1))) & mask)) >>> 0;
      left = right;
      right = next;
    }
    value = left * (mask + 1) + right;
  } while (value >= size);
  return value;
}

/** The finaliser of MurmurHash3 over two 32-bit words. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
