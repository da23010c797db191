import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { DTYPE_CODE, HEADER_BYTES, MAGIC, TOKEN_BYTES, tokenTypeFor, VERSION } from './megatron-format.ts';

export interface ShardWriter {
  /** Appends one document as one sequence. */
  add(tokens: Int32Array): Promise<void>;
  /** Writes the index and closes both files. */
  close(): Promise<{ documents: number; tokens: number }>;
  /** Gives the files up after an error. */
  discard(): void;
}

/**
 * Writes `.bin` as documents arrive and `.idx` at the end, byte for byte as Megatron-LM does. Memory: 4 bytes per
 * document besides the stream's own buffer.
 */
export function createShardWriter(idxPath: string, binPath: string, vocabSize: number): ShardWriter {
  const type = tokenTypeFor(vocabSize);
  const bin = createWriteStream(binPath);
  const lengths: number[] = [];
  let tokenCount = 0;
  return {
    async add(tokens) {
      lengths.push(tokens.length);
      tokenCount += tokens.length;
      const narrow = type === 'uint16' ? Uint16Array.from(tokens) : tokens.slice();
      const bytes = Buffer.from(narrow.buffer, narrow.byteOffset, narrow.byteLength);
      if (!bin.write(bytes)) await once(bin, 'drain');
    },
    async close() {
      bin.end();
      await finished(bin);
      const idx = createWriteStream(idxPath);
      idx.end(indexBytes(lengths, TOKEN_BYTES[type], DTYPE_CODE[type]));
      await finished(idx);
      return { documents: lengths.length, tokens: tokenCount };
    },
    discard() {
      bin.destroy();
    },
  };
}

function indexBytes(lengths: number[], tokenBytes: number, dtypeCode: number): Buffer {
  const count = lengths.length;
  const bytes = Buffer.alloc(HEADER_BYTES + count * 4 + count * 8 + (count + 1) * 8);
  MAGIC.copy(bytes, 0);
  bytes.writeBigUInt64LE(VERSION, 9);
  bytes.writeUInt8(dtypeCode, 17);
  bytes.writeBigUInt64LE(BigInt(count), 18);
  bytes.writeBigUInt64LE(BigInt(count + 1), 26);
  let position = HEADER_BYTES;
  for (const length of lengths) position = bytes.writeInt32LE(length, position);
  let offset = 0;
  for (const length of lengths) {
    position = bytes.writeBigInt64LE(BigInt(offset), position);
    offset += length * tokenBytes;
  }
  for (let document = 0; document <= count; document++) {
    position = bytes.writeBigInt64LE(BigInt(document), position);
  }
  return bytes;
}
