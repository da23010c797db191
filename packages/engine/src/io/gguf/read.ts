// Opens a GGUF file: the whole description is read and checked, tensors are read one at a time when asked for.

import { closeSync, fstatSync, openSync } from 'node:fs';
import { readExactly } from '../safetensors-file.ts';
import { decodeBlocks } from './blocks.ts';
import { Cursor } from './cursor.ts';
import {
  aligned,
  DEFAULT_ALIGNMENT,
  GgufError,
  type GgufTensor,
  MAGIC,
  type Metadata,
  type Scalar,
  type ScalarType,
  type TensorKind,
  tensorBytes,
  tensorKinds,
  VALUE_BYTES,
  type Value,
  ValueType,
} from './format.ts';

export interface GgufFile {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** Values as float32. @throws GgufError for an unknown name */
  floats(name: string): Float32Array;
  /** The bytes as they are stored. @throws GgufError for an unknown name */
  bytes(name: string): Uint8Array;
  close(): void;
}

const MAX_DIMENSIONS = 4;
const types = new Map(
  Object.entries(ValueType).map(([name, id]) => [id as number, name as keyof typeof ValueType]),
);
const kinds = new Map(
  Object.entries(tensorKinds).map(([name, { id }]) => [id as number, name as TensorKind]),
);

function scalar(cursor: Cursor, type: ScalarType, what: string): Scalar {
  if (type === 'string') return cursor.text(what);
  if (type !== 'bool') return cursor[type](what);
  const byte = cursor.u8(what);
  if (byte > 1) throw new GgufError(`${what} is a bool of ${byte}`);
  return byte === 1;
}

function readType(cursor: Cursor, what: string): keyof typeof ValueType {
  const id = cursor.u32(what);
  return types.get(id) ?? fail(`${what} has the unknown type ${id}`);
}

const fail = (reason: string): never => {
  throw new GgufError(reason);
};

function readValue(cursor: Cursor, key: string): Value {
  const what = `the value of ${JSON.stringify(key)}`;
  const type = readType(cursor, what);
  if (type !== 'array') return { type, value: scalar(cursor, type, what) };
  const of = readType(cursor, what);
  if (of === 'array') return fail(`${what} is an array of arrays`);
  const value: Scalar[] = [];
  const count = cursor.count(VALUE_BYTES[of], `the number of elements of ${what}`);
  for (let i = 0; i < count; i++) value.push(scalar(cursor, of, what));
  return { type, of, value };
}

function readMetadata(cursor: Cursor, count: number): Map<string, Value> {
  const metadata = new Map<string, Value>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text('a metadata key');
    if (metadata.has(key)) fail(`the key ${JSON.stringify(key)} is there twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}

/** A tensor with its offset still relative to the start of the data. */
function readTensorInfo(cursor: Cursor): GgufTensor {
  const name = cursor.text('the name of a tensor');
  const what = JSON.stringify(name);
  const dimensions = cursor.u32(`the rank of ${what}`);
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) fail(`${what} has ${dimensions} dimensions`);
  const shape = Array.from({ length: dimensions }, () =>
    Number(cursor.u64(`the shape of ${what}`)),
  ).reverse();
  const elements = shape.reduce((a, b) => a * b, 1);
  if (!Number.isSafeInteger(elements) || elements < 1) fail(`${what} has the shape [${shape}]`);
  const id = cursor.u32(`the type of ${what}`);
  const kind =
    kinds.get(id) ??
    fail(`${what} has the tensor type ${id}; readable are ${[...kinds.values()].join(', ')}`);
  const begin = Number(cursor.u64(`the offset of ${what}`));
  return { name, kind, shape, begin, bytes: tensorBytes(name, kind, shape) };
}

function alignmentOf(metadata: Metadata): number {
  const value = metadata.get('general.alignment')?.value ?? DEFAULT_ALIGNMENT;
  const valid =
    typeof value === 'number' && Number.isInteger(value) && value >= 8 && value % 8 === 0 && value <= 65536;
  return valid ? (value as number) : fail(`general.alignment is ${String(value)}`);
}

/** Places tensors in the file and refuses those that lie outside it or on each other. */
function place(
  infos: readonly GgufTensor[],
  start: number,
  size: number,
  alignment: number,
): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (const info of infos) {
    const begin = start + info.begin;
    const what = JSON.stringify(info.name);
    if (tensors.has(info.name)) fail(`the tensor ${what} is there twice`);
    if (info.begin % alignment !== 0) fail(`${what} starts at ${info.begin}, not a multiple of ${alignment}`);
    if (begin + info.bytes > size) fail(`${what} ends at byte ${begin + info.bytes} of a file of ${size}`);
    tensors.set(info.name, { ...info, begin });
  }
  let end = start;
  for (const { name, begin, bytes } of [...tensors.values()].sort((a, b) => a.begin - b.begin)) {
    if (begin < end) fail(`${JSON.stringify(name)} overlaps the tensor before it`);
    end = begin + bytes;
  }
  return tensors;
}

function readDescription(fd: number, size: number): { metadata: Metadata; tensors: Map<string, GgufTensor> } {
  const cursor = new Cursor(fd, size);
  if (cursor.u32('the magic number') !== MAGIC) fail('the file does not begin with GGUF');
  const version = cursor.u32('the version');
  if (version !== 2 && version !== 3) fail(`version ${version} is not supported; 2 and 3 are`);
  // Name, rank, one dimension, type and offset; key, type and one byte.
  const tensorCount = cursor.count(8 + 4 + 8 + 4 + 8, 'the number of tensors');
  const keyCount = cursor.count(8 + 4 + 1, 'the number of metadata entries');
  const metadata = readMetadata(cursor, keyCount);
  const infos = Array.from({ length: tensorCount }, () => readTensorInfo(cursor));
  const alignment = alignmentOf(metadata);
  return { metadata, tensors: place(infos, aligned(cursor.position, alignment), size, alignment) };
}

/** @throws GgufError with one line at any file that is not what the format says; file errors */
export function openGguf(path: string): GgufFile {
  const fd = openSync(path, 'r');
  try {
    const { metadata, tensors } = readDescription(fd, fstatSync(fd).size);
    const find = (name: string) => tensors.get(name) ?? fail(`there is no tensor ${JSON.stringify(name)}`);
    const bytes = (name: string) => {
      const tensor = find(name);
      const out = new Uint8Array(tensor.bytes);
      readExactly(fd, out, tensor.begin);
      return out;
    };
    return {
      metadata,
      tensors,
      bytes,
      floats: (name) => decodeBlocks(find(name).kind, bytes(name)),
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw GgufError.in(path, error);
  }
}
