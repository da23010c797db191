import { open, readFile, rename, rm } from 'node:fs/promises';

/**
 * safetensors files (https://github.com/huggingface/safetensors, format section of its README): a little-endian u64 with
 * the length of a JSON header, the header, then the tensors back to back. Reading is strict: a file whose parts overlap,
 * leave holes, or end early is refused whole, with one line that says why.
 */
export type Tensor =
  | { dtype: 'F32'; shape: readonly number[]; data: Float32Array }
  /** Half precision as raw bits. */
  | { dtype: 'F16' | 'BF16'; shape: readonly number[]; data: Uint16Array }
  | { dtype: 'I64'; shape: readonly number[]; data: BigInt64Array }
  | { dtype: 'I32'; shape: readonly number[]; data: Int32Array }
  /** BOOL holds 0 or 1. */
  | { dtype: 'U8' | 'BOOL'; shape: readonly number[]; data: Uint8Array };
export type Dtype = Tensor['dtype'];

export interface Safetensors {
  /** In the order of the file. */
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** A file that is not safetensors, or tensors that cannot be written as such. */
export class SafetensorsError extends Error {
  constructor(reason: string) {
    super(`safetensors: ${reason}`);
    this.name = 'SafetensorsError';
  }

  /** The same with the file's path before it. */
  static in(path: string, error: unknown): unknown {
    if (!(error instanceof SafetensorsError)) return error;
    error.message = `${path}: ${error.message.replace(/^safetensors: /, '')}`;
    return error;
  }
}

/** Widest first: the order of tensors in a file. */
const SIZES: Readonly<Record<Dtype, number>> = { I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 };
const ARRAYS = {
  I64: BigInt64Array,
  F32: Float32Array,
  I32: Int32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;
const METADATA = '__metadata__';
const LENGTH_BYTES = 8;
/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(SIZES, value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function rawBytes(data: Tensor['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function checkTensor(name: string, tensor: Tensor): void {
  const { dtype, shape, data } = tensor;
  if (name === METADATA) throw new SafetensorsError(`a tensor cannot be called ${METADATA}`);
  if (!isDtype(dtype)) throw new SafetensorsError(`"${name}" has the unknown dtype ${String(dtype)}`);
  if (!shape.every(isSize)) throw new SafetensorsError(`"${name}" has the shape [${shape}]`);
  if (!(data instanceof ARRAYS[dtype]))
    throw new SafetensorsError(`"${name}" is ${dtype} but its data is not`);
  if (elements(shape) !== data.length) {
    throw new SafetensorsError(`"${name}" has the shape [${shape}] but ${data.length} elements`);
  }
  if (dtype === 'BOOL' && data.some((value) => value > 1)) {
    throw new SafetensorsError(`"${name}" is BOOL but has values other than 0 and 1`);
  }
}

/** Header with its length and the tensors in file order: wider types first, so that each starts aligned; then by name. */
function layOut(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>>) {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const kinds = Object.keys(SIZES);
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => kinds.indexOf(x.dtype) - kinds.indexOf(y.dtype) || (a < b ? -1 : 1),
  );
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES) throw new SafetensorsError(`the header would be ${padded} bytes long`);
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, LENGTH_BYTES);
  return { header, parts: sorted.map(([, { data }]) => rawBytes(data)), size: header.length + offset };
}

/** @throws SafetensorsError where shape, dtype and data of a tensor do not agree */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { header, parts, size } = layOut(tensors, metadata);
  const file = new Uint8Array(size);
  let at = 0;
  for (const part of [header, ...parts]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Length of the JSON header from the first eight bytes; refused before anything of that length is allocated. */
export function headerLength(first: Uint8Array, fileBytes: number): number {
  if (first.length < LENGTH_BYTES) throw new SafetensorsError('the file ends before its header');
  const length = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new SafetensorsError(`the header claims to be ${length} bytes long`);
  if (LENGTH_BYTES + Number(length) > fileBytes)
    throw new SafetensorsError('the file ends inside its header');
  return Number(length);
}

/**
 * The description of all tensors, in file order, from the JSON header and the number of bytes after it.
 * @throws SafetensorsError at any file that is not exactly what the format says
 */
export function parseHeader(
  json: Uint8Array,
  dataBytes: number,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    header = text.startsWith('{') ? JSON.parse(text) : null;
  } catch {
    header = null;
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not a JSON object');
  const { [METADATA]: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new SafetensorsError(`${METADATA} must map text to text`);
  }
  const entries = Object.entries(described).map(([name, value]) => parseEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin < at) throw new SafetensorsError(`"${name}" overlaps the tensor before it`);
    if (begin > at) throw new SafetensorsError(`there is a hole of ${begin - at} bytes before "${name}"`);
    at = end;
  }
  if (dataBytes < at) throw new SafetensorsError(`the file ends early: ${at - dataBytes} bytes are missing`);
  if (dataBytes > at) throw new SafetensorsError(`${dataBytes - at} bytes belong to no tensor`);
  return { entries, metadata: metadata as Record<string, string> };
}

/** Where a tensor lies, in bytes from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseEntry(name: string, value: unknown): Entry {
  const fail = (what: string): never => {
    throw new SafetensorsError(`"${name}" ${what}`);
  };
  if (!isRecord(value)) return fail('is not described by an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) return fail(`has the unknown dtype ${String(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isSize)) return fail('has no valid shape');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return fail('has no valid offsets');
  const [begin, end] = offsets;
  const size = elements(shape) * SIZES[dtype];
  if (!isSize(size) || end - begin !== size) return fail(`needs ${size} bytes but has ${end - begin}`);
  return { name, dtype, shape, begin, end };
}

function tensorOf({ name, dtype, shape, begin, end }: Entry, data: Uint8Array): Tensor {
  // A copy of its own: aligned, and the file can be given back.
  const bytes = new Uint8Array(end - begin);
  bytes.set(data.subarray(begin, end));
  const tensor = { dtype, shape, data: new ARRAYS[dtype](bytes.buffer) } as Tensor;
  checkTensor(name, tensor);
  return tensor;
}

/** @throws SafetensorsError at any file that is not exactly what the format says */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const length = headerLength(file.subarray(0, LENGTH_BYTES), file.length);
  const data = file.subarray(LENGTH_BYTES + length);
  const { entries, metadata } = parseHeader(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length), data.length);
  const tensors = new Map(entries.map((entry) => [entry.name, tensorOf(entry, data)]));
  return { tensors, metadata };
}

/** Writes the file whole or not at all: beside its place first, then renamed. @throws SafetensorsError, file errors */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { header, parts } = layOut(tensors, metadata);
  const unfinished = `${path}.${process.pid}.part`;
  const handle = await open(unfinished, 'w');
  try {
    for (const part of [header, ...parts]) await handle.writeFile(part);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw error;
  }
  await handle.close();
  await rename(unfinished, path);
}

export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = await readFile(path);
  try {
    return decodeSafetensors(file);
  } catch (error) {
    throw SafetensorsError.in(path, error);
  }
}
