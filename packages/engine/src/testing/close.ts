// Closeness as PyTorch's assert_close has it: |got - want| <= atol + rtol * |want| for every element.

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
  readonly what?: string;
}

/** float32 defaults of PyTorch, widened by sqrt(k) for sums of k terms. */
export const float32Tolerance = (k = 1): Tolerance => ({
  rtol: 1.3e-6 * Math.sqrt(k),
  atol: 1e-5 * Math.sqrt(k),
});

/** Throws an Error naming the worst element. */
export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: Tolerance): void {
  const what = tolerance.what ?? 'values';
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} elements, expected ${want.length}`);
  let worst = -1;
  let excess = 1;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    const ratio = Math.abs(got[i] - want[i]) / (tolerance.atol + tolerance.rtol * Math.abs(want[i]));
    if (ratio <= excess) continue;
    // NaN compares false above and so lands here.
    worst = i;
    excess = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
  }
  if (worst >= 0) {
    throw new Error(
      `${what}[${worst}] is ${got[worst]}, expected ${want[worst]} (${excess.toFixed(1)}x tolerance)`,
    );
  }
}
