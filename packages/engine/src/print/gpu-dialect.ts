// What a language of grids and workgroups (CUDA C, WGSL) must say about itself. The mapping of loop kernels
// to workgroups in gpu-kernel.ts is shared; a dialect only spells it. Code is scalar: one thread, one element.

import type { DType } from '../core/shape.ts';
import type { LoopKernel } from '../schedule/loops.ts';

export type Slot = LoopKernel['slots'][number];

/** `index` is the signed integer in which offsets are computed. */
export type GpuType = DType | 'index';

/** An array shared by the threads of a workgroup. */
export interface SharedArray {
  readonly name: string;
  readonly dtype: DType;
  readonly length: number;
}

export interface GpuKernelText {
  readonly slots: readonly Slot[];
  readonly shared: readonly SharedArray[];
  /** Threads of a workgroup. */
  readonly threads: number;
  /**
   * Statements of one thread. They read `t`, the thread within its workgroup, and `g`, the workgroup, both of
   * type index. Workgroups beyond the last (a grid cut in two dimensions) are kept harmless by the statements.
   */
  readonly body: readonly string[];
}

export interface GpuDialect {
  readonly name: string;
  /** Threads of a generated kernel's workgroup: a power of two. */
  readonly threads: number;
  /** Neighbouring threads that can exchange registers, a power of two; 1 where the language has none. */
  readonly shuffleWidth: number;
  literal(value: number, dtype: DType): string;
  /** Expression for an elementwise op of the op table. */
  apply(op: string, args: readonly string[], types: readonly DType[]): string;
  /** `yes` where the condition holds, else `no`; both may be evaluated. */
  select(condition: string, yes: string, no: string): string;
  load(slot: number, index: string, info: Slot): string;
  /** A statement. */
  store(slot: number, index: string, value: string, info: Slot): string;
  /** Declarations: a name bound once, and one that is assigned later with `name = value;`. */
  constant(type: GpuType, name: string, value: string): string;
  variable(type: GpuType, name: string, value: string): string;
  /** The i32 of an index. */
  fromIndex(index: string): string;
  /** for (name = from; name < below; name += step), all of type index. */
  loop(name: string, from: string, below: string, step: number, body: readonly string[]): string[];
  reduceIdentity(op: string, dtype: DType): string;
  /** Statement after which all threads of the workgroup see each other's shared memory. */
  readonly barrier: string;
  /** The value that thread `t ^ mask` holds; mask < shuffleWidth. */
  shuffleXor?(value: string, mask: number): string;
  /** The whole kernel with its symbol left out as `@`. Bodies may call clamp_index(index, low, high). */
  kernel(parts: GpuKernelText): string;
}
