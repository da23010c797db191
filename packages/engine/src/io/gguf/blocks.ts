// Block formats of ggml. A block shares one scale (Q8_0, Q4_0) or a scale and a minimum per 32 values inside a
// super-block of 256 (Q4_K, Q6_K); scales are binary16.

import {
  decodeBfloat16,
  decodeFloat16,
  encodeBfloat16,
  encodeFloat16,
  fromFloat16,
  toFloat16,
} from '../half.ts';
import { GgufError, type TensorKind, tensorKinds } from './format.ts';

type Decode = (bytes: DataView, at: number, out: Float32Array, to: number) => void;

const half = (bytes: DataView, at: number) => fromFloat16(bytes.getUint16(at, true));

const decodeQ8: Decode = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * bytes.getInt8(at + 2 + i);
};

/** The low halves of the 16 bytes are the first 16 values, the high halves the rest; 8 stands for zero. */
const decodeQ4: Decode = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const byte = bytes.getUint8(at + 2 + i);
    out[to + i] = d * ((byte & 15) - 8);
    out[to + 16 + i] = d * ((byte >> 4) - 8);
  }
};

/** Six-bit scale and minimum of group j out of twelve bytes. */
function scaleAndMinimum(bytes: DataView, at: number, j: number): [number, number] {
  const byte = (i: number) => bytes.getUint8(at + i);
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** d, dmin, 12 bytes of scales, 128 bytes of values: 32 bytes hold two groups of 32, low halves first. */
const decodeQ4K: Decode = (bytes, at, out, to) => {
  const [d, dmin] = [half(bytes, at), half(bytes, at + 2)];
  for (let group = 0; group < 8; group++) {
    const [scale, minimum] = scaleAndMinimum(bytes, at + 4, group);
    const shift = group % 2 === 0 ? 0 : 4;
    const values = at + 16 + 32 * (group >> 1);
    for (let i = 0; i < 32; i++) {
      const q = (bytes.getUint8(values + i) >> shift) & 15;
      out[to + 32 * group + i] = Math.fround(d * scale) * q - Math.fround(dmin * minimum);
    }
  }
};

/** 128 bytes of low halves, 64 of upper pairs of bits, 16 signed scales, d; values are 6 bits, 32 stands for zero. */
const decodeQ6K: Decode = (bytes, at, out, to) => {
  const d = half(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const [part, within] = [i >> 7, i & 127];
    const [quarter, lane] = [within >> 5, within & 31];
    const low = bytes.getUint8(at + 64 * part + 32 * (quarter & 1) + lane) >> (quarter < 2 ? 0 : 4);
    const high = bytes.getUint8(at + 128 + 32 * part + lane) >> (2 * quarter);
    const q = ((low & 15) | ((high & 3) << 4)) - 32;
    out[to + i] = Math.fround(d * bytes.getInt8(at + 192 + (i >> 4))) * q;
  }
};

const decoders: Readonly<Partial<Record<TensorKind, Decode>>> = {
  Q8_0: decodeQ8,
  Q4_0: decodeQ4,
  Q4_K: decodeQ4K,
  Q6_K: decodeQ6K,
};

/** Bytes of whole blocks, aligned to four, to float32. */
export function decodeBlocks(kind: TensorKind, bytes: Uint8Array): Float32Array {
  const { block, bytes: blockBytes } = tensorKinds[kind];
  const count = bytes.length / blockBytes;
  if (kind === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  if (kind === 'F16') return decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  if (kind === 'BF16') return decodeBfloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  const decode = decoders[kind]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Float32Array(count * block);
  for (let i = 0; i < count; i++) decode(view, i * blockBytes, out, i * block);
  return out;
}

const roundAway = (x: number) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

function encodeQ8(values: Float32Array, from: number, view: DataView, at: number): void {
  let largest = 0;
  for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[from + i]));
  const d = Math.fround(largest / 127);
  const inverse = d ? Math.fround(1 / d) : 0;
  view.setUint16(at, toFloat16(d), true);
  for (let i = 0; i < 32; i++) view.setInt8(at + 2 + i, roundAway(Math.fround(values[from + i] * inverse)));
}

/** The value of largest magnitude becomes -8 exactly; the other sign reaches 7. */
function encodeQ4(values: Float32Array, from: number, view: DataView, at: number): void {
  let extreme = 0;
  for (let i = 0; i < 32; i++) if (Math.abs(values[from + i]) > Math.abs(extreme)) extreme = values[from + i];
  const d = Math.fround(extreme / -8);
  const inverse = d ? Math.fround(1 / d) : 0;
  const quantised = (i: number) =>
    Math.min(15, Math.trunc(Math.fround(Math.fround(values[from + i] * inverse) + 8.5)));
  view.setUint16(at, toFloat16(d), true);
  for (let i = 0; i < 16; i++) view.setUint8(at + 2 + i, quantised(i) | (quantised(16 + i) << 4));
}

export type WritableKind = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0';

/** @throws GgufError when the values are no whole blocks */
export function encodeBlocks(kind: WritableKind, values: Float32Array): Uint8Array {
  const raw = (data: Float32Array | Uint16Array) =>
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (kind === 'F32') return raw(values);
  if (kind === 'F16') return raw(encodeFloat16(values));
  if (kind === 'BF16') return raw(encodeBfloat16(values));
  const { block, bytes } = tensorKinds[kind];
  if (values.length % block !== 0)
    throw new GgufError(`${values.length} values are no whole blocks of ${block}`);
  const out = new Uint8Array((values.length / block) * bytes);
  const view = new DataView(out.buffer);
  const encode = kind === 'Q8_0' ? encodeQ8 : encodeQ4;
  for (let i = 0; i < values.length / block; i++) encode(values, i * block, view, i * bytes);
  return out;
}
