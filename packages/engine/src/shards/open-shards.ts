import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DTYPE_CODE, HEADER_BYTES, MAGIC, TOKEN_BYTES, type TokenType, VERSION } from './megatron-format.ts';
import { checkRange, type TokenSource } from './token-source.ts';

export interface Shards extends TokenSource {
  readonly type: TokenType;
  /** Number of documents; each is one sequence or several. */
  readonly documents: number;
  /** Token ids of one document. */
  document(index: number): Int32Array;
  close(): void;
}

/**
 * Opens a Megatron-LM indexed dataset. Nothing of it is held in memory: index and tokens are read where they are asked
 * for, so a corpus of any size costs two file descriptors and the page cache. Throws Error with the reason when the
 * files are not such a dataset or do not belong together.
 */
export function openShards(idxPath: string, binPath: string): Shards {
  const idx = openSync(idxPath, 'r');
  let bin: number | undefined;
  try {
    bin = openSync(binPath, 'r');
    return shardsOf(idx, bin);
  } catch (error) {
    closeSync(idx);
    if (bin !== undefined) closeSync(bin);
    throw error;
  }
}

function shardsOf(idx: number, bin: number): Shards {
  const { type, sequences, table } = readHeader(idx);
  const size = TOKEN_BYTES[type];
  const at = {
    lengths: HEADER_BYTES,
    offsets: HEADER_BYTES + sequences * 4,
    documents: HEADER_BYTES + sequences * 12,
  };
  const int32 = (place: number) => readAt(idx, new Int32Array(1), place)[0];
  const int64 = (place: number) => Number(readAt(idx, new BigInt64Array(1), place)[0]);
  /** Byte in .bin at which a sequence begins; that of the sequence behind the last is the end. */
  const startOf = (sequence: number) =>
    sequence < sequences
      ? int64(at.offsets + sequence * 8)
      : sequence === 0
        ? 0
        : int64(at.offsets + (sequence - 1) * 8) + int32(at.lengths + (sequence - 1) * 4) * size;
  const [expected, actual] = [startOf(sequences), fstatSync(bin).size];
  if (actual !== expected) throw new Error(`.bin holds ${actual} bytes, its .idx describes ${expected}`);
  if (int64(at.documents) !== 0 || int64(at.documents + (table - 1) * 8) !== sequences)
    throw new Error('.idx: the document table does not span the sequences');
  const length = expected / size;
  const read = (start: number, into: Int32Array) => {
    checkRange(start, into.length, length);
    if (type === 'int32') readAt(bin, into, start * 4);
    else into.set(readAt(bin, new Uint16Array(into.length), start * 2));
  };
  return {
    type,
    length,
    documents: table - 1,
    read,
    document(index) {
      if (!Number.isInteger(index) || index < 0 || index >= table - 1)
        throw new RangeError(`there is no document ${index} of ${table - 1}`);
      const [first, next] = readAt(idx, new BigInt64Array(2), at.documents + index * 8);
      const [from, to] = [startOf(Number(first)), startOf(Number(next))];
      if (from > to || from < 0 || to > expected)
        throw new Error(`.idx: document ${index} lies outside .bin`);
      const into = new Int32Array((to - from) / size);
      read(from / size, into);
      return into;
    },
    close() {
      closeSync(idx);
      closeSync(bin);
    },
  };
}

function readHeader(idx: number): { type: TokenType; sequences: number; table: number } {
  const { size } = fstatSync(idx);
  const bytes = Buffer.alloc(HEADER_BYTES);
  if (size >= HEADER_BYTES) readAt(idx, bytes, 0);
  if (!bytes.subarray(0, 9).equals(MAGIC)) throw new Error('not an .idx file');
  if (bytes.readBigUInt64LE(9) !== VERSION) throw new Error(`.idx version ${bytes.readBigUInt64LE(9)}`);
  const code = bytes.readUInt8(17);
  const type = (Object.keys(DTYPE_CODE) as TokenType[]).find((name) => DTYPE_CODE[name] === code);
  if (!type)
    throw new Error(`.idx holds tokens of dtype code ${code}; 4 (int32) and 8 (uint16) are read here`);
  const sequences = Number(bytes.readBigUInt64LE(18));
  const table = Number(bytes.readBigUInt64LE(26));
  // Behind the table a multimodal dataset has one byte a sequence more.
  if (table < 1 || size < HEADER_BYTES + sequences * 12 + table * 8) throw new Error('.idx is cut short');
  return { type, sequences, table };
}

/** Fills the view from the file at a byte; the machines this runs on are little endian, as the format is. */
function readAt<V extends ArrayBufferView>(file: number, view: V, position: number): V {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error('the file ended early');
    done += count;
  }
  return view;
}
