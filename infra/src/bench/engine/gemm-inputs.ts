// Operands that every contender makes for itself, and the entries of the product that prove it right.

/** Values in [-1, 1) from a multiplicative hash of the position. */
export function operand(n: number, seed: number): Float32Array {
  const out = new Float32Array(n * n);
  for (let i = 0; i < out.length; i++) {
    out[i] = (Math.imul(i + 1 + seed * 0x51ed27, 0x9e3779b1) >> 8) / 2 ** 23;
  }
  return out;
}

const PROBES = 64;

const probe = (n: number, k: number): [number, number] => [
  (k * 7919 + 13) % n,
  (k * 104729 + (k % 2 ? n - 1 : 5)) % n,
];

/** Sixty-four entries of C. */
export const sampled = (c: Float32Array, n: number): number[] =>
  Array.from({ length: PROBES }, (_, k) => {
    const [i, j] = probe(n, k);
    return c[i * n + j] as number;
  });

/** The same entries in float64. */
export function expected(n: number): number[] {
  const [a, b] = [operand(n, 1), operand(n, 2)];
  return Array.from({ length: PROBES }, (_, k) => {
    const [i, j] = probe(n, k);
    let sum = 0;
    for (let l = 0; l < n; l++) sum += (a[i * n + l] as number) * (b[l * n + j] as number);
    return sum;
  });
}

export const agrees = (got: readonly number[], want: readonly number[], n: number): boolean =>
  got.length === want.length && got.every((x, i) => Math.abs(x - (want[i] as number)) <= 1e-5 * Math.sqrt(n));
