// A CUDA device without a GPU: the real runtime on the mock driver, with kernels compiled by g++ (shim.h).

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { type CudaDevice, type CudaOptions, openCuda } from '../../runtime/cuda/cuda.ts';
import type { CudaCompiler } from '../../runtime/cuda/nvrtc.ts';

const here = dirname(fileURLToPath(import.meta.url));
/** Objects outlive a test run: what has not changed is not compiled again. */
const cache = join(homedir(), '.cache', 'tsudoi', 'cuda-shim');

function compileOnce(source: string, name: string, command: string, flags: readonly string[]): string {
  const shim = readFileSync(join(here, 'shim.h'), 'utf8');
  const key = createHash('sha256')
    .update(JSON.stringify([source, shim, command, flags]))
    .digest('hex')
    .slice(0, 24);
  const target = join(cache, `${key}.so`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const work = join(cache, `${key}.${randomUUID()}`);
  const file = `${work}.${name}`;
  writeFileSync(file, source);
  try {
    const result = spawnSync(command, [...flags, `-I${here}`, '-o', work, file, '-ldl', '-lm'], {
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(`${command} refused a kernel: ${result.stderr.slice(0, 3000)}`);
    renameSync(work, target);
  } finally {
    rmSync(file, { force: true });
  }
  return target;
}

const symbolsOf = (text: string): string[] => {
  const defined = /^#define KERNEL (\w+)$/m.exec(text);
  if (defined) return [defined[1]];
  return [...text.matchAll(/^GLOBAL void (?:__launch_bounds__\([\d, ]+\) )?(\w+)\(/gm)].map((m) => m[1]);
};

/** Compiles CUDA C for the CPU; the image is the path of the object. */
export const shimCompiler: CudaCompiler = {
  version: 'g++',
  compile(text) {
    const entries = symbolsOf(text).map((symbol) => `SHIM_ENTRY(${symbol})`);
    const source = ['#define TS_SHIM', text, ...entries, ''].join('\n');
    const flags = ['-std=c++17', '-O1', '-shared', '-fPIC', '-w', '-fno-strict-aliasing'];
    const path = compileOnce(source, 'kernel.cpp', 'g++', flags);
    return { image: Buffer.from(`shim:${path}\0`), uses: [] };
  },
};

export interface MockDriver {
  /** Names of driver calls and, indented, of launched kernels, since the last reset. */
  log(): string[];
  /** The call of this name after `after` more of them fails with `code`. */
  fail(name: string, after: number, code: number): void;
  /** Device memory that can still be had, in bytes. */
  memory(bytes: number): void;
  /** Handles and allocations not given back. */
  live(): number;
  /** What the last failing kernel did wrong. */
  kernelError(): string;
  reset(): void;
}

export const mockLibrary = (): string =>
  compileOnce(readFileSync(join(here, 'mock-driver.c'), 'utf8'), 'mock.c', 'gcc', [
    '-O1',
    '-shared',
    '-fPIC',
  ]);

/** Held for ever: a library that is collected is unloaded, and forgets what it was attached to. */
const attached: unknown[] = [];

/** A library that sums over a group in which all processes hold the same numbers. */
export function mockNccl(): string {
  const source = readFileSync(join(here, 'mock-nccl.c'), 'utf8');
  const path = compileOnce(source, 'nccl.c', 'gcc', ['-O1', '-shared', '-fPIC']);
  const [driver, nccl] = [koffi.load(mockLibrary()), koffi.load(path)];
  nccl.func('void mock_nccl_attach(int64_t node)')(driver.func('int64_t mock_node_address()')());
  attached.push(driver, nccl);
  return path;
}

export function mockDriver(): MockDriver {
  const lib = koffi.load(mockLibrary());
  const log = lib.func('const char *mock_log()');
  return {
    log: () => (log() as string).split('\n').filter(Boolean),
    fail: lib.func('void mock_fail(const char *name, int after, int code)'),
    memory: lib.func('void mock_memory(int64_t bytes)'),
    live: lib.func('int mock_live()'),
    kernelError: lib.func('const char *mock_kernel_error()'),
    reset: lib.func('void mock_reset()'),
  };
}

/** The device. Its compiled kernels stay in the shim's own cache, so `cacheDir` is a folder nobody shares. */
export function openShim(options: CudaOptions & { cacheDir: string }): CudaDevice {
  return openCuda({ driver: mockLibrary(), compiler: shimCompiler, cublasLt: false, ...options });
}

/** Whether a C++ compiler is here at all. */
export function hasCompiler(): boolean {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
