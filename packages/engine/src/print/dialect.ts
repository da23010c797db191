// What a kernel language must say about itself. The printer in kernel.ts is shared; the C table is the
// first, CUDA C and WGSL follow the same interface.

import type { DType } from '../core/shape.ts';

/** Scalar code computes one element, vector code `width` neighbouring ones. */
export type Mode = 'scalar' | 'vector';

export interface Dialect {
  readonly name: string;
  readonly width: number;
  type(dtype: DType, mode: Mode): string;
  literal(value: number, dtype: DType): string;
  /** Expression for an elementwise op; operands are already in `mode`. */
  apply(op: string, args: readonly string[], argTypes: readonly DType[], mode: Mode): string;
  /** A vector that repeats one scalar. */
  splat(scalar: string, dtype: DType): string;
  /** Load of `width` elements from `stride` apart, or of one. */
  load(pointer: string, index: string, dtype: DType, mode: Mode, stride: number): string;
  store(pointer: string, index: string, value: string, dtype: DType, mode: Mode): string;
  /** first, first + step, ... */
  ramp(first: string, step: number): string;
  select(condition: string, yes: string, no: string): string;
  reduceIdentity(op: string, dtype: DType): string;
  reduceLanes(op: string, vector: string, dtype: DType): string;
  /** The whole kernel around its body. `body` sees the tasks [t0, t1). */
  kernel(
    symbol: string,
    slots: readonly { dtype: DType; written: boolean }[],
    body: readonly string[],
  ): string;
  /** A function over rows [first, last) and columns [from, to), whose operands are the addresses in its list `a`. */
  rectangle(
    symbol: string,
    slots: readonly { dtype: DType; written: boolean }[],
    body: readonly string[],
  ): string;
  readonly prelude: string;
}
