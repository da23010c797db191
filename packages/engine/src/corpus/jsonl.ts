import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';

export interface JsonlWriter {
  write(value: unknown): Promise<void>;
  close(): Promise<void>;
  /** Gives the file up after an error; what it holds is not to be read. */
  discard(): void;
}

/** Runs `body` and, when it fails, gives up the files it was writing before the error goes on. */
export async function discardOnError<T>(writers: { discard(): void }[], body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    for (const writer of writers) writer.discard();
    throw error;
  }
}

const CHUNK_CHARACTERS = 1 << 16;

/**
 * Writes one JSON value a line into a gzip file. Node's gzip header carries no time and no name, so equal values give
 * equal bytes. Waits for the stream when its buffer is full, so memory stays bounded. `a` goes on behind what the file
 * holds, as a gzip member of its own: any reader takes the members of a file for one text (RFC 1952, 2.2).
 */
export function writeJsonlGz(path: string, flags: 'w' | 'a' = 'w'): JsonlWriter {
  const gzip = createGzip({ level: 6 });
  const done = pipeline(gzip, createWriteStream(path, { flags }));
  done.catch(() => undefined); // reported by write() and close()
  let pending = '';
  const flush = async () => {
    const chunk = pending;
    pending = '';
    if (chunk !== '' && !gzip.write(chunk)) await Promise.race([once(gzip, 'drain'), done]);
  };
  return {
    async write(value) {
      pending += `${JSON.stringify(value)}\n`;
      if (pending.length >= CHUNK_CHARACTERS) await flush();
    },
    async close() {
      await flush();
      gzip.end();
      await done;
    },
    discard() {
      gzip.destroy();
    },
  };
}

/** Lays gzip files one behind the other into one, without looking into them. */
export async function joinGz(paths: readonly string[], target: string): Promise<void> {
  await writeFile(target, '');
  for (const path of paths) await pipeline(createReadStream(path), createWriteStream(target, { flags: 'a' }));
}

/** What is no gzip file of JSON lines, or is cut; its message names the file. */
export class DocumentsFileError extends Error {
  override readonly name = 'DocumentsFileError';
}

/**
 * Streams the values of a file that `writeJsonlGz` wrote. The caller names the type that was written there.
 * @throws DocumentsFileError
 */
export async function* readJsonlGz<T>(path: string): AsyncGenerator<T> {
  const input = createReadStream(path);
  const gunzip = createGunzip();
  const done = pipeline(input, gunzip);
  done.catch(() => undefined); // the loop below sees the error of the stream
  let number = 0;
  try {
    for await (const line of linesOf(gunzip)) {
      number += 1;
      if (line !== '') yield parsed<T>(line, path, number);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new DocumentsFileError(`${path} cannot be read as JSONL.gz, behind line ${number}: ${message}`);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

function parsed<T>(line: string, path: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new DocumentsFileError(`${path} cannot be read as JSONL.gz: line ${number} is not JSON`);
  }
}

/** Lines at LF only: texts may hold U+2028 and U+2029, at which node:readline would cut. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = decoder.write(chunk).split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
