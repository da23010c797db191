// Libraries of the CPU backend: the pool of threads with what little of the system a program needs, and one of each C
// file of kernels, compiled on a machine when a program first uses it.

import { readFileSync } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';
import { type CompilerOptions, loadShared, type SourceFile } from './compiler.ts';

/** Functions of pool.c. Addresses travel as numbers: user space ends far below 2^53. */
export interface Pool {
  readonly poolCreate: (threads: number, scratch: number) => number;
  readonly poolDestroy: (pool: number) => void;
  readonly run: (pool: number, list: number, count: number, timed: number) => void;
  /** The same on a thread of its own; settles when the run is over. */
  readonly runLater: (pool: number, list: number, count: number) => Promise<void>;
  readonly dryRun: (pool: number, list: number, count: number) => void;
  /** A handle of a library, 0 where it cannot be opened. */
  readonly open: (path: string) => number;
  readonly symbol: (library: number, name: string) => number;
  readonly close: (library: number) => void;
  readonly map: (bytes: number) => number;
  readonly unmap: (address: number, bytes: number) => void;
  readonly fill: (address: number, words: number, value: number) => void;
  readonly read: (address: number, to: Float32Array | BigInt64Array, bytes: number) => void;
  readonly write: (address: number, from: NodeJS.ArrayBufferView, bytes: number) => void;
}

const source = (folder: string, name: string): SourceFile => ({
  name,
  text: readFileSync(new URL(`${folder}/${name}`, import.meta.url), 'utf8'),
});

function loaded(path: string): LibraryHandle | undefined {
  try {
    return koffi.load(path);
  } catch {
    return undefined;
  }
}

/** @throws DeviceUnavailable with what to install when there is no C compiler */
export function loadPool(options: CompilerOptions): Pool {
  const [lib] = loadShared([source('./c', 'pool.c')], [], options, loaded);
  const run = lib.func('void ts_run(int64_t pool, int64_t list, int64_t count, int64_t timed)');
  return {
    poolCreate: lib.func('int64_t ts_pool_create(int64_t threads, int64_t scratch)'),
    poolDestroy: lib.func('void ts_pool_destroy(int64_t pool)'),
    run,
    runLater: (pool, list, count) =>
      new Promise((resolve, reject) =>
        run.async(pool, list, count, 0, (error: Error | null) => (error ? reject(error) : resolve())),
      ),
    dryRun: lib.func('void ts_dry_run(int64_t pool, int64_t list, int64_t count)'),
    open: lib.func('int64_t ts_open(const char *path)'),
    symbol: lib.func('int64_t ts_symbol(int64_t library, const char *name)'),
    close: lib.func('void ts_close(int64_t library)'),
    map: lib.func('int64_t ts_map(int64_t bytes)'),
    unmap: lib.func('void ts_unmap(int64_t address, int64_t bytes)'),
    fill: lib.func('void ts_fill(int64_t address, int64_t words, int32_t value)'),
    read: lib.func('void ts_read(int64_t address, _Out_ void *to, int64_t bytes)'),
    write: lib.func('void ts_write(int64_t address, const void *from, int64_t bytes)'),
  };
}

/** Handles of the libraries of `files`: C files of `kernels/c`, or the program's `own`. To be closed by the caller. */
export function openKernels(
  pool: Pool,
  files: readonly string[],
  own: SourceFile,
  options: CompilerOptions,
): Map<string, number> {
  const sources = files.map((name) => (name === own.name ? own : source('../kernels/c', name)));
  const headers = ['prelude.h', 'gemm.h'].map((name) => source('../kernels/c', name));
  const handles = loadShared(sources, headers, options, (path) => pool.open(path) || undefined);
  return new Map(files.map((name, i) => [name, handles[i]]));
}
