import { closeSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DTYPE_CODE, HEADER_BYTES, MAGIC, TOKEN_BYTES, tokenTypeFor, VERSION } from './megatron-format.ts';

export interface ShardWriter {
  /** Appends one document as one sequence. The tokens are copied. */
  add(tokens: Int32Array): Promise<void>;
  /** The same of tokens as they lie in a .bin of this type; a promise only where a buffer is full. */
  addBytes(tokens: Uint8Array): Promise<void> | null;
  /** Writes the index and closes both files; the tokens are on the disk then. */
  close(): Promise<{ documents: number; tokens: number }>;
  /** Gives the files up after an error. */
  discard(): void;
}

/** Bytes that are gathered before they go to the file; two such buffers take turns. */
const BUFFER_BYTES = 1 << 22;
const INDEX_ROWS = 1 << 16;

/**
 * Writes `.bin` as documents arrive and `.idx` at the end, byte for byte as Megatron-LM does. Memory: two buffers of
 * 4 MiB and 4 bytes a document.
 */
export function createShardWriter(idxPath: string, binPath: string, vocabSize: number): ShardWriter {
  const type = tokenTypeFor(vocabSize);
  const size = TOKEN_BYTES[type];
  const bin = createTokenFile(binPath);
  let lengths = new Int32Array(1024);
  let documents = 0;
  let tokenCount = 0;
  const addBytes = (tokens: Uint8Array) => {
    if (documents === lengths.length) {
      const longer = new Int32Array(documents * 2);
      longer.set(lengths);
      lengths = longer;
    }
    const count = tokens.length / size;
    lengths[documents++] = count;
    tokenCount += count;
    return bin.add(tokens);
  };
  return {
    addBytes,
    async add(tokens) {
      const waiting = addBytes(bytesOf(type === 'int32' ? tokens : Uint16Array.from(tokens)));
      if (waiting) await waiting;
    },
    async close() {
      await bin.close();
      writeIndex(idxPath, lengths.subarray(0, documents), size, DTYPE_CODE[type]);
      return { documents, tokens: tokenCount };
    },
    discard: () => bin.discard(),
  };
}

/** Gathers tokens in one buffer while the other is written. */
function createTokenFile(path: string) {
  const file = open(path, 'w');
  file.catch(() => undefined); // reported by add() and close()
  let filling = new Uint8Array(BUFFER_BYTES);
  let other = new Uint8Array(BUFFER_BYTES);
  let used = 0;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> | null = null;
  /** The disk works while tokens are gathered, and the kernel never holds more than some of the file. */
  const syncAside = (handle: FileHandle) => {
    syncing ??= handle.datasync().finally(() => {
      syncing = null;
    });
    syncing.catch(() => undefined); // the sync at the end reports it
  };
  const flush = async () => {
    await writing;
    const full = filling;
    [filling, other] = [other, filling];
    const bytes = full.subarray(0, used);
    used = 0;
    writing = file.then(async (handle) => {
      await writeAll(handle, bytes);
      syncAside(handle);
    });
    writing.catch(() => undefined); // reported by the next flush
  };
  const addInParts = async (tokens: Uint8Array): Promise<void> => {
    for (let from = 0; from < tokens.length; ) {
      const part = tokens.subarray(from, from + BUFFER_BYTES - used);
      filling.set(part, used);
      used += part.length;
      from += part.length;
      if (used === BUFFER_BYTES) await flush();
    }
  };
  return {
    /** A promise only where the buffer is full. */
    add(tokens: Uint8Array): Promise<void> | null {
      if (used + tokens.length >= BUFFER_BYTES) return addInParts(tokens);
      filling.set(tokens, used);
      used += tokens.length;
      return null;
    },
    async close(): Promise<void> {
      await flush();
      await writing;
      await syncing;
      const handle = await file;
      await handle.datasync();
      await handle.close();
    },
    discard(): void {
      const closeFile = async () => {
        await syncing;
        await (await file).close();
      };
      void writing.finally(closeFile).catch(() => undefined);
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
}

/** Header, lengths, byte offsets, document table; in pieces, so that an index of any size needs no buffer of its size. */
function writeIndex(path: string, lengths: Int32Array, tokenBytes: number, dtypeCode: number): void {
  const count = lengths.length;
  const file = openSync(path, 'w');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header, 0);
    header.writeBigUInt64LE(VERSION, 9);
    header.writeUInt8(dtypeCode, 17);
    header.writeBigUInt64LE(BigInt(count), 18);
    header.writeBigUInt64LE(BigInt(count + 1), 26);
    writeFully(file, header);
    inPieces(count, (from, to) => writeFully(file, bytesOf(lengths.subarray(from, to))));
    let offset = 0;
    inPieces(count, (from, to) => {
      const offsets = new BigInt64Array(to - from);
      for (let i = from; i < to; i++) {
        offsets[i - from] = BigInt(offset);
        offset += lengths[i] * tokenBytes;
      }
      writeFully(file, bytesOf(offsets));
    });
    inPieces(count + 1, (from, to) =>
      writeFully(file, bytesOf(BigInt64Array.from({ length: to - from }, (_, i) => BigInt(from + i)))),
    );
  } finally {
    closeSync(file);
  }
}

function inPieces(count: number, write: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += INDEX_ROWS) write(from, Math.min(count, from + INDEX_ROWS));
}

const bytesOf = (view: Uint16Array | Int32Array | BigInt64Array) =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
