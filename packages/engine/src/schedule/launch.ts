// What a program is made of: launches of kernels over buffers. Backends bind it to memory once.

import type { Node } from '../core/graph.ts';
import { BYTES_PER_ELEMENT, type DType } from '../core/shape.ts';
import type { Epilogue } from './epilogue.ts';

export type Arg =
  | { readonly kind: 'buffer'; readonly buffer: string; readonly byteOffset: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  /** The address of a function of the program. */
  | { readonly kind: 'kernel'; readonly symbol: string };

/** ggml's blocks of 32 values along the last axis: a binary16 scale and 32 values of 8 or of 4 bits. */
export type BlockStorage = 'Q8_0' | 'Q4_0';
/** Elements of a float buffer may be kept in fewer bits; arithmetic on them is float32 all the same. */
export type Storage = 'bf16' | 'f16' | BlockStorage | undefined;

const BYTES: Readonly<Record<NonNullable<Storage>, number>> = {
  bf16: 2,
  f16: 2,
  Q8_0: 34 / 32,
  Q4_0: 18 / 32,
};
export const bytesPerElement = (storage: Storage): number => (storage ? BYTES[storage] : BYTES_PER_ELEMENT);
export const isBlocks = (storage: Storage): storage is BlockStorage =>
  storage === 'Q8_0' || storage === 'Q4_0';

export const bufferArg = (buffer: string): Arg => ({ kind: 'buffer', buffer, byteOffset: 0 });
export const intArg = (value: number): Arg => ({ kind: 'int', value });
export const floatArg = (value: number): Arg => ({ kind: 'float', value });
export const kernelArg = (symbol: string): Arg => ({ kind: 'kernel', symbol });

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
  /** For profiles: bytes of the operands and results, each crossing memory once. Filled in when the launch is emitted. */
  readonly bytes?: number;
  /** Backends that run grids of thread blocks; the others cut by `tasks`. */
  readonly grid?: readonly [number, number, number];
  /** Threads of a block. */
  readonly block?: number;
  /** Text of a kernel printed for this launch, with its symbol left out as `@`; it then replaces `symbol`. */
  readonly text?: string;
  /** Words of 8 bytes kept in device memory, whose address precedes the other arguments. */
  readonly table?: readonly Arg[];
}

/** A template lowers one composite node to launches. */
export interface TemplateContext {
  readonly node: Node;
  /** Buffers of the operands, in order. */
  readonly inputs: readonly string[];
  /** Buffers of the results, in order. A first one that only the epilogue needs has no memory. */
  readonly outputs: readonly string[];
  /** What is computed from the result on the way out. Only for nodes that `takesEpilogue` of the backend accepted. */
  readonly epilogue?: Epilogue;
  /** Adds a function to the program and returns its symbol, which stands in the text as `@`. */
  define(text: string): string;
  /** A buffer that lives only during this node's launches. */
  temporary(elements: number): string;
  /** How the elements of a buffer are kept. */
  storage(buffer: string): Storage;
  /** The bfloat16 copy of a param's buffer, where an earlier launch reads one. */
  shadow(buffer: string): string | undefined;
}

export type Template = (context: TemplateContext) => readonly Launch[];

export interface BufferInfo {
  readonly id: string;
  readonly elements: number;
  readonly dtype: DType;
  readonly storage?: Storage;
  /** Persistent buffers keep their value between runs. */
  readonly persistent: boolean;
}

export const bytesOf = (info: Pick<BufferInfo, 'elements' | 'storage'>): number =>
  info.elements * bytesPerElement(info.storage);

/** A param kept outside a program's own memory. */
export interface SharedParam {
  readonly name: string;
  readonly elements: number;
  readonly storage?: Storage;
}
