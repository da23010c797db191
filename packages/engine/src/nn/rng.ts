// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
// 1, 2, 3"). The same (key, counter) gives the same bits everywhere, in any order.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High half of a 32 x 32 bit product, from 16-bit halves: no BigInt, no allocation. */
function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}

/** Replaces the counter in `words` [4] by its four random words under the key (k0, k1). */
function philoxInPlace(words: Uint32Array, key0: number, key1: number): void {
  let x0 = words[0];
  let x1 = words[1];
  let x2 = words[2];
  let x3 = words[3];
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const h0 = mulHigh(M0, x0);
    const l0 = Math.imul(M0, x0);
    const h1 = mulHigh(M1, x2);
    const l1 = Math.imul(M1, x2);
    x0 = (h1 ^ x1 ^ k0) >>> 0;
    x1 = l1 >>> 0;
    x2 = (h0 ^ x3 ^ k1) >>> 0;
    x3 = l0 >>> 0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}

/** Four words from a 128-bit counter under a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  const words = Uint32Array.from(counter);
  philoxInPlace(words, key[0], key[1]);
  return [words[0], words[1], words[2], words[3]];
}

/** FNV-1a, to give every named tensor its own stream. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

const UNIT = 2 ** -32;

/** Uniform in (0, 1), never an end. */
export const uniform = (word: number): number => (word + 0.5) * UNIT;

/** Normal values with mean 0 and the given deviation, by Box and Muller, in float32. */
export function normals(seed: number, name: string, count: number, deviation: number): Float32Array {
  const out = new Float32Array(count);
  const [key0, key1] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const stream = streamOf(name);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i += 4) {
    words[0] = i / 4;
    words[1] = stream;
    words[2] = 0;
    words[3] = 0;
    philoxInPlace(words, key0, key1);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(uniform(words[pair])));
      const angle = 2 * Math.PI * uniform(words[pair + 1]);
      // Writes past the end of a typed array are ignored.
      out[i + pair] = radius * Math.cos(angle);
      out[i + pair + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}
