// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
// 1, 2, 3"). The same (key, counter) gives the same bits everywhere, in any order.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High and low halves of a 32 x 32 bit product. */
function multiply(a: number, b: number): [number, number] {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const cross = al * bh + (middle & 0xffff);
  const high = ah * bh + Math.floor(middle / 65536) + Math.floor(cross / 65536);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}

/** Four words from a 128-bit counter under a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [h0, l0] = multiply(M0, x0);
    const [h1, l1] = multiply(M1, x2);
    [x0, x1, x2, x3] = [(h1 ^ x1 ^ k0) >>> 0, l1, (h0 ^ x3 ^ k1) >>> 0, l0];
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [x0, x1, x2, x3];
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
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  const stream = streamOf(name);
  for (let i = 0; i < count; i += 4) {
    const words = philox([i / 4, stream, 0, 0], key);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(uniform(words[pair])));
      const angle = 2 * Math.PI * uniform(words[pair + 1]);
      if (i + pair < count) out[i + pair] = radius * Math.cos(angle);
      if (i + pair + 1 < count) out[i + pair + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}
