// What a program is made of: launches of kernels over buffers. Backends bind it to memory once.

import type { Node } from '../core/graph.ts';
import type { DType } from '../core/shape.ts';

export type Arg =
  | { readonly kind: 'buffer'; readonly buffer: string; readonly byteOffset: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number };

export const bufferArg = (buffer: string): Arg => ({ kind: 'buffer', buffer, byteOffset: 0 });
export const intArg = (value: number): Arg => ({ kind: 'int', value });
export const floatArg = (value: number): Arg => ({ kind: 'float', value });

export interface Launch {
  /** Symbol of a kernel: of the backend's library, or one generated for this program. */
  readonly symbol: string;
  readonly args: readonly Arg[];
  /** Number of independent tasks. Their split depends on shapes only, never on the thread count. */
  readonly tasks: number;
  /** Scratch memory a task may use, in bytes. */
  readonly scratch: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Pairs (written, read) that may be the same memory. */
  readonly inPlace: readonly (readonly [string, string])[];
  /** For profiles: flops of this launch. */
  readonly flops: number;
}

/** A template lowers one composite node to launches. */
export interface TemplateContext {
  readonly node: Node;
  /** Buffers of the operands, in order. */
  readonly inputs: readonly string[];
  /** Buffers of the results, in order. */
  readonly outputs: readonly string[];
  /** A buffer that lives only during this node's launches. */
  temporary(elements: number): string;
}

export type Template = (context: TemplateContext) => readonly Launch[];

export interface BufferInfo {
  readonly id: string;
  readonly elements: number;
  readonly dtype: DType;
  /** Persistent buffers keep their value between runs. */
  readonly persistent: boolean;
}
