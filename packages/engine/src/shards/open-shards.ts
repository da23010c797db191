import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { DTYPE_CODE, HEADER_BYTES, MAGIC, TOKEN_BYTES, type TokenType, VERSION } from './megatron-format.ts';
import { checkRange, type TokenSource } from './token-source.ts';

export interface Shards extends TokenSource {
  readonly type: TokenType;
  /** Number of documents; each is one sequence. */
  readonly documents: number;
  /** Token ids of one document. */
  document(index: number): Int32Array;
  close(): void;
}

/**
 * Opens a Megatron-LM indexed dataset. The index is held in memory (12 bytes per document), tokens are read from
 * disk in windows. Throws Error with the reason when the files are not such a dataset or do not belong together.
 */
export function openShards(idxPath: string, binPath: string): Shards {
  const { type, lengths, starts, tokens } = parseIndex(readFileSync(idxPath));
  const file = openSync(binPath, 'r');
  const expected = tokens * TOKEN_BYTES[type];
  const actual = fstatSync(file).size;
  if (actual !== expected) {
    closeSync(file);
    throw new Error(`.bin holds ${actual} bytes, its .idx describes ${expected}`);
  }
  const read = (start: number, into: Int32Array) => {
    checkRange(start, into.length, tokens);
    if (type === 'int32') return readFully(file, into, start * 4);
    const narrow = new Uint16Array(into.length);
    readFully(file, narrow, start * 2);
    into.set(narrow);
  };
  return {
    type,
    length: tokens,
    documents: lengths.length,
    read,
    document(index) {
      const into = new Int32Array(lengths[index]);
      read(starts[index], into);
      return into;
    },
    close: () => closeSync(file),
  };
}

function readFully(file: number, into: Int32Array | Uint16Array, position: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error('.bin ended early');
    done += count;
  }
}

function parseIndex(bytes: Buffer) {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 9).equals(MAGIC)) throw new Error('not an .idx file');
  if (bytes.readBigUInt64LE(9) !== VERSION) throw new Error(`.idx version ${bytes.readBigUInt64LE(9)}`);
  const code = bytes.readUInt8(17);
  const type = (Object.keys(DTYPE_CODE) as TokenType[]).find((name) => DTYPE_CODE[name] === code);
  if (!type)
    throw new Error(`.idx holds tokens of dtype code ${code}; 4 (int32) and 8 (uint16) are read here`);
  const count = Number(bytes.readBigUInt64LE(18));
  const table = Number(bytes.readBigUInt64LE(26));
  if (bytes.length < HEADER_BYTES + count * 12 + table * 8) throw new Error('.idx is cut short');
  const lengths = new Int32Array(count);
  const starts = new Float64Array(count);
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    lengths[i] = bytes.readInt32LE(HEADER_BYTES + i * 4);
    starts[i] = Number(bytes.readBigInt64LE(HEADER_BYTES + count * 4 + i * 8)) / TOKEN_BYTES[type];
    tokens += lengths[i];
  }
  return { type, lengths, starts, tokens };
}
