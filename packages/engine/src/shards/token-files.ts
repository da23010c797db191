import { readSync, statSync } from 'node:fs';
import { TOKEN_BYTES, type TokenType } from './megatron-format.ts';

/** Documents in files of tokens (.bin), numbered through all files in their order. */
export interface TokenFiles {
  paths: readonly string[];
  /** Number of the first document of each file, and behind the last file the number of documents. */
  first: Uint32Array;
  /** Tokens before each document, counted through all files, and behind the last the number of all. */
  before: Float64Array;
  type: TokenType;
}

/** Where a document lies: file, first byte, bytes. */
export interface Place {
  file: number;
  at: number;
  bytes: number;
}

/** @throws Error where a file is not as long as its documents are */
export function checkSizes({ paths, first, before, type }: TokenFiles): void {
  for (const [i, path] of paths.entries()) {
    const expected = (before[first[i + 1]] - before[first[i]]) * TOKEN_BYTES[type];
    const { size } = statSync(path);
    if (size !== expected) throw new Error(`${path} holds ${size} bytes, its documents ${expected}`);
  }
}

export function placeOf({ first, before, type }: TokenFiles, document: number): Place {
  let [file, end] = [0, first.length - 1];
  while (end - file > 1) {
    const middle = (file + end) >> 1;
    if (first[middle] <= document) file = middle;
    else end = middle;
  }
  const size = TOKEN_BYTES[type];
  return {
    file,
    at: (before[document] - before[first[file]]) * size,
    bytes: (before[document + 1] - before[document]) * size,
  };
}

export function readFully(file: number, into: Uint8Array, bytes: number, position: number): void {
  for (let done = 0; done < bytes; ) {
    const count = readSync(file, into, done, bytes - done, position + done);
    if (count === 0) throw new Error('a file of tokens ended early');
    done += count;
  }
}
