// The GGUF container, version 3 (specification: ggml repository, docs/gguf.md): little-endian, metadata as typed
// key-value pairs, tensor descriptions with the innermost dimension first, then aligned tensor data.

/** A file that is not GGUF, or not one this engine can take; the message is one line. */
export class GgufError extends Error {
  constructor(reason: string) {
    super(`gguf: ${reason}`);
    this.name = 'GgufError';
  }

  /** The same with the file's path before it. */
  static in(path: string, error: unknown): unknown {
    if (!(error instanceof GgufError)) return error;
    error.message = `${path}: ${error.message.replace(/^gguf: /, '')}`;
    return error;
  }
}

export const MAGIC = 0x46554747;
export const VERSION = 3;
export const DEFAULT_ALIGNMENT = 32;

/** Numbers of the value types of metadata. */
export const ValueType = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
export type ScalarType = Exclude<keyof typeof ValueType, 'array'>;

/** Least bytes of one value; a string has at least its length. */
export const VALUE_BYTES: Readonly<Record<ScalarType, number>> = {
  ...{ u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, bool: 1, string: 8, u64: 8, i64: 8, f64: 8 },
};

export type Scalar = number | bigint | boolean | string;
export type Value =
  | { readonly type: ScalarType; readonly value: Scalar }
  | { readonly type: 'array'; readonly of: ScalarType; readonly value: readonly Scalar[] };
export type Metadata = ReadonlyMap<string, Value>;

/** Storage kinds of tensors: number in the file, values per block, bytes per block. */
export const tensorKinds = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q4_0: { id: 2, block: 32, bytes: 18 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  Q4_K: { id: 12, block: 256, bytes: 144 },
  Q6_K: { id: 14, block: 256, bytes: 210 },
  BF16: { id: 30, block: 1, bytes: 2 },
} as const;
export type TensorKind = keyof typeof tensorKinds;

export interface GgufTensor {
  readonly name: string;
  readonly kind: TensorKind;
  /** Row-major, outermost first: the file's dimensions reversed. */
  readonly shape: readonly number[];
  /** From the start of the file, in bytes. */
  readonly begin: number;
  readonly bytes: number;
}

export const aligned = (offset: number, alignment: number): number =>
  Math.ceil(offset / alignment) * alignment;

/** Bytes of a tensor. @throws GgufError when its rows are no whole blocks */
export function tensorBytes(name: string, kind: TensorKind, shape: readonly number[]): number {
  const { block, bytes } = tensorKinds[kind];
  const row = shape[shape.length - 1] ?? 1;
  if (row % block !== 0)
    throw new GgufError(`"${name}" has rows of ${row}, ${kind} comes in blocks of ${block}`);
  return (shape.reduce((a, b) => a * b, 1) / block) * bytes;
}
