import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Chunks } from './byte-reader.ts';
import { ReadProblem } from './problem.ts';
import { unzstd } from './unzstd.ts';

export interface UnpackBounds {
  /** Decompressed bytes of one file. */
  maxBytes: number;
  /** Decompressed over compressed bytes, looked at once `RATIO_FREE_BYTES` are out. */
  maxRatio: number;
}

/** Real text seldom passes 30; gzip can reach 1,030 and zstd far more. */
export const UNPACK_BOUNDS: UnpackBounds = { maxBytes: 2 ** 40, maxRatio: 250 };
const RATIO_FREE_BYTES = 16 * 2 ** 20;
/** Files compressed twice happen (a gzip file served with gzip); a third layer is not taken. */
const MAX_LAYERS = 2;

type Compression = 'gzip' | 'zstd' | 'bzip2';

function compressionOf(head: Buffer): Compression | null {
  if (head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.length >= 4 && /^BZh[1-9]/.test(head.toString('latin1', 0, 4))) return 'bzip2';
  return null;
}

/** A path without the extensions of compressions. */
export function withoutCompression(path: string): string {
  return path.replace(/(?:\.(?:gz|zst|bz2))+$/i, '');
}

/**
 * The bytes of a file with its compression taken off, told by its first bytes and not by its name: gzip (also of many
 * members, as WARC files are), zstd (of many frames), and bzip2 through the system's `bzip2`. `notice` hears of a second layer.
 * @throws ReadProblem bomb, truncated, broken, nested
 */
export async function* decompress(
  chunks: Chunks,
  bounds: UnpackBounds = UNPACK_BOUNDS,
  notice: (line: string) => void = () => undefined,
): AsyncGenerator<Buffer> {
  let packed = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      packed += chunk.length;
      yield chunk;
    }
  };
  let layers = 0;
  let current: AsyncGenerator<Buffer> = counted();
  for (;;) {
    const { head, all } = await peek(current);
    const compression = compressionOf(head);
    current = all;
    if (compression === null) break;
    layers += 1;
    if (layers > MAX_LAYERS) {
      await all.return(undefined);
      throw new ReadProblem('nested', `${compression} inside ${MAX_LAYERS} other layers`);
    }
    if (layers > 1) notice(`compressed twice (${compression} inside)`);
    current = bounded(unpack(all, compression), bounds, () => packed);
  }
  yield* current;
}

async function* bounded(
  chunks: AsyncGenerator<Buffer>,
  { maxBytes, maxRatio }: UnpackBounds,
  packed: () => number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ReadProblem('bomb', `more than ${maxBytes} bytes`);
    if (bytes > RATIO_FREE_BYTES && bytes > maxRatio * packed())
      throw new ReadProblem('bomb', `${bytes} bytes out of ${packed()}, more than ${maxRatio} to 1`);
    yield chunk;
  }
}

/** The first bytes of a stream, and the whole stream again. */
async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const parts: Buffer[] = [];
  let size = 0;
  while (size < 4) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  const all = async function* () {
    try {
      yield* parts;
      yield* chunks;
    } finally {
      await chunks.return(undefined);
    }
  };
  return { head: Buffer.concat(parts), all: all() };
}

const unpackers = { gzip: gunzip, zstd: unzstd, bzip2: bunzip2 };

async function* unpack(chunks: AsyncGenerator<Buffer>, compression: Compression): AsyncGenerator<Buffer> {
  try {
    yield* unpackers[compression](chunks);
  } catch (error) {
    throw asProblem(error, compression);
  }
}

async function* gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const transform = createGunzip({ chunkSize: 1 << 17 });
  const input = Readable.from(chunks, { objectMode: false });
  input.on('error', (error) => transform.destroy(error)).pipe(transform);
  try {
    for await (const chunk of transform) yield chunk as Buffer;
  } finally {
    input.destroy();
    transform.destroy();
  }
}

function asProblem(error: unknown, compression: Compression): Error {
  if (error instanceof ReadProblem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || /unexpected end|srcSize_wrong/i.test(message))
    return new ReadProblem('truncated', `${compression}: unexpected end`);
  if (/^Z_|^ZSTD_/.test(code ?? '')) return new ReadProblem('broken', `${compression}: ${message}`);
  return error as Error;
}

async function* bunzip2(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const child = spawn('bzip2', ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  child.stderr.on('data', (data) => {
    words = `${words}${data}`.slice(0, 300);
  });
  const exit = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  exit.catch(() => undefined); // awaited below
  const input = Readable.from(chunks, { objectMode: false });
  child.stdin.on('error', () => undefined); // its exit status says what went wrong
  input.on('error', () => child.kill('SIGKILL')).pipe(child.stdin);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await exit.catch(() => {
      throw new ReadProblem('unsupported', 'bzip2 is not installed: apt-get install bzip2');
    });
    if (code !== 0)
      throw new ReadProblem(/unexpectedly/.test(words) ? 'truncated' : 'broken', 'bzip2 cannot read it');
  } finally {
    child.kill('SIGKILL');
    input.destroy();
  }
}
