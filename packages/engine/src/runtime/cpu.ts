// The CPU backend: C kernels compiled by the system's compiler, one arena, and one C call per step.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import koffi from 'koffi';
import { BYTES_PER_ELEMENT, numel } from '../core/shape.ts';
import { cTemplates } from '../kernels/c-templates.ts';
import { cDialect } from '../print/dialects/c.ts';
import type { BackendTarget } from '../schedule/emitter.ts';
import type { Arg } from '../schedule/launch.ts';
import { type CompileOptions, compileProgram, type Trace } from '../schedule/program.ts';
import { type CompilerOptions, compileShared, defaultCacheDir, type SourceFile } from './compiler.ts';
import {
  type Device,
  DeviceUnavailable,
  type Executable,
  type LaunchProfile,
  NO_ACCUMULATORS,
  profileOf,
} from './device.ts';
import { cachedProgram, type RunnableProgram } from './program-cache.ts';

export interface CpuOptions extends CompilerOptions {
  /** Threads that run a step, the caller included; default: the number of cores. */
  readonly threads?: number;
}

const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const TEMPLATE_SOURCES = ['matmul.c', 'attention.c', 'cross_entropy.c', 'rows.c', 'adamw.c'];
const header = (name: string): SourceFile => ({ name, text: text(`../kernels/c/${name}`), header: true });

/** Functions of pool.c. Addresses travel as numbers: user space ends far below 2^53. */
interface Library {
  readonly poolCreate: (threads: number, scratch: number) => number;
  readonly poolDestroy: (pool: number) => void;
  readonly run: (pool: number, list: number, count: number, timed: number) => void;
  readonly dryRun: (pool: number, list: number, count: number) => void;
  readonly open: (path: string) => number;
  readonly symbol: (library: number, name: string) => number;
  readonly close: (library: number) => void;
  readonly map: (bytes: number) => number;
  readonly unmap: (address: number, bytes: number) => void;
  readonly fill: (address: number, words: number, value: number) => void;
  readonly read: (address: number, to: Float32Array | BigInt64Array, bytes: number) => void;
  readonly write: (address: number, from: Float32Array | Int32Array | BigInt64Array, bytes: number) => void;
  readonly handle: number;
}

function loadLibrary(options: CompilerOptions): Library {
  const sources = TEMPLATE_SOURCES.map((name) => ({ name, text: text(`../kernels/c/${name}`) }));
  const pool = { name: 'pool.c', text: text('./c/pool.c') };
  const path = compileShared([...sources, pool, header('prelude.h'), header('gemm.h')], '-O2', options);
  const lib = koffi.load(path);
  const open = lib.func('int64_t ts_open(const char *path)');
  return {
    poolCreate: lib.func('int64_t ts_pool_create(int64_t threads, int64_t scratch)'),
    poolDestroy: lib.func('void ts_pool_destroy(int64_t pool)'),
    run: lib.func('void ts_run(int64_t pool, int64_t list, int64_t count, int64_t timed)'),
    dryRun: lib.func('void ts_dry_run(int64_t pool, int64_t list, int64_t count)'),
    open,
    symbol: lib.func('int64_t ts_symbol(int64_t library, const char *name)'),
    close: lib.func('void ts_close(int64_t library)'),
    map: lib.func('int64_t ts_map(int64_t bytes)'),
    unmap: lib.func('void ts_unmap(int64_t address, int64_t bytes)'),
    fill: lib.func('void ts_fill(int64_t address, int64_t words, int32_t value)'),
    read: lib.func('void ts_read(int64_t address, _Out_ void *to, int64_t bytes)'),
    write: lib.func('void ts_write(int64_t address, const void *from, int64_t bytes)'),
    handle: open(path),
  };
}

/** Fields of `launch` in pool.c: function, arguments, tasks, nanoseconds. */
const LAUNCH_WORDS = 4;
const NAN_BITS = 0x7fc00000;

const floatBits = new DataView(new ArrayBuffer(4));

class CpuExecutable implements Executable {
  readonly arenaBytes: number;
  readonly launchCount: number;
  readonly #lib: Library;
  readonly #program: RunnableProgram;
  readonly #arena: number;
  readonly #tables: number;
  readonly #tableBytes: number;
  readonly #pool: number;
  readonly #kernels: number;
  #begun = false;
  #disposed = false;

  constructor(lib: Library, program: RunnableProgram, options: CpuOptions) {
    this.#lib = lib;
    this.#program = program;
    this.arenaBytes = program.plan.size;
    this.launchCount = program.launches.length;
    this.#kernels = this.#loadKernels(options);
    const args = program.launches.flatMap((l) => l.args);
    const listWords = this.launchCount * LAUNCH_WORDS;
    this.#tableBytes = 8 * (listWords + args.length);
    this.#arena = this.#map(Math.max(1, this.arenaBytes));
    this.#tables = this.#map(Math.max(8, this.#tableBytes));
    lib.write(this.#tables, this.#bind(listWords), this.#tableBytes);
    const scratch = Math.max(0, ...program.launches.map((l) => l.scratch));
    this.#pool = lib.poolCreate(options.threads ?? availableParallelism(), scratch);
    if (!this.#pool) throw new DeviceUnavailable('the thread pool could not be created: out of memory');
    for (const [name, values] of program.tables) if (program.params.has(name)) this.write(name, values);
  }

  #map(bytes: number): number {
    // The system promises more than it has: what does not fit would be killed in the middle of its first run.
    const free = process.availableMemory();
    const address = bytes > free ? 0 : this.#lib.map(bytes);
    if (!address) {
      const [need, have] = [bytes, free].map((n) => Math.ceil(n / 2 ** 20));
      throw new DeviceUnavailable(
        `the program needs ${need} MiB of memory and ${have} MiB are free; use a smaller batch or a smaller model`,
      );
    }
    return address;
  }

  #loadKernels(options: CpuOptions): number {
    if (this.#program.kernels.size === 0) return 0;
    const body = [cDialect.prelude, ...this.#program.kernels.values()].join('\n');
    const path = compileShared([{ name: 'kernels.c', text: body }, header('prelude.h')], '-O2', options);
    const library = this.#lib.open(path);
    if (!library) throw new DeviceUnavailable(`cannot load compiled kernels from ${path}`);
    return library;
  }

  /** The run list and all argument lists as 64-bit words, with addresses resolved. */
  #bind(listWords: number): BigInt64Array {
    const words = new BigInt64Array(this.#tableBytes / 8);
    const symbols = new Map<string, number>();
    let cursor = listWords;
    this.#program.launches.forEach((launch, i) => {
      let fn = symbols.get(launch.symbol);
      if (fn === undefined) {
        const library = this.#program.kernels.has(launch.symbol) ? this.#kernels : this.#lib.handle;
        fn = this.#lib.symbol(library, launch.symbol);
        if (!fn) throw new Error(`kernel ${launch.symbol} is missing`);
        symbols.set(launch.symbol, fn);
      }
      words[i * LAUNCH_WORDS] = BigInt(fn);
      words[i * LAUNCH_WORDS + 1] = BigInt(this.#tables + 8 * cursor);
      words[i * LAUNCH_WORDS + 2] = BigInt(launch.tasks);
      for (const arg of launch.args) words[cursor++] = this.#word(arg);
    });
    return words;
  }

  #word(arg: Arg): bigint {
    if (arg.kind === 'buffer') return BigInt(this.#address(arg.buffer) + arg.byteOffset);
    if (arg.kind === 'int') return BigInt(arg.value);
    floatBits.setFloat32(0, arg.value, true);
    return BigInt(floatBits.getInt32(0, true));
  }

  #address(buffer: string): number {
    const offset = this.#program.plan.offsets.get(buffer);
    if (offset === undefined) throw new Error(`buffer ${buffer} has no place in the arena`);
    return this.#arena + offset;
  }

  write(param: string, values: Float32Array | Int32Array): void {
    const node = this.#program.params.get(param);
    if (!node) throw new Error(`the program has no param ${param}`);
    if (values.length !== numel(node.shape)) {
      throw new RangeError(`${param} takes ${numel(node.shape)} values, got ${values.length}`);
    }
    if (values instanceof Float32Array !== (node.dtype === 'f32')) {
      throw new TypeError(`${param} is ${node.dtype}`);
    }
    this.#lib.write(this.#address(`param:${param}`), values, values.byteLength);
  }

  has(param: string): boolean {
    return this.#program.params.has(param);
  }

  read(name: string): Float32Array {
    const output = this.#program.outputs.get(name);
    const node = output?.node ?? this.#program.params.get(name);
    if (node?.dtype !== 'f32') throw new Error(`the program has no f32 value ${name}`);
    const out = new Float32Array(numel(node.shape));
    const buffer = output?.buffer ?? `param:${name}`;
    this.#lib.read(this.#address(buffer), out, out.byteLength);
    return out;
  }

  accumulate(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    const { accumulation } = this.#program;
    if (!accumulation) throw new Error(NO_ACCUMULATORS);
    this.#clear();
    this.#lib.run(this.#pool, this.#tables, accumulation.launches, 0);
    this.#begun = true;
  }

  run(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    this.#clear();
    this.#lib.run(this.#pool, this.#tables, this.launchCount, 0);
    this.#begun = false;
  }

  /** Accumulators are zero when a step begins. */
  #clear(): void {
    const { accumulation } = this.#program;
    if (!accumulation || this.#begun) return;
    this.#lib.fill(this.#address(accumulation.first), accumulation.bytes / BYTES_PER_ELEMENT, 0);
  }

  dryRun(): void {
    this.#lib.dryRun(this.#pool, this.#tables, this.launchCount);
  }

  profile(): LaunchProfile[] {
    this.#clear();
    this.#lib.run(this.#pool, this.#tables, this.launchCount, 1);
    this.#begun = false;
    const words = new BigInt64Array(this.launchCount * LAUNCH_WORDS);
    this.#lib.read(this.#tables, words, words.byteLength);
    const out = profileOf(this.#program, (i) => Number(words[i * LAUNCH_WORDS + 3]) / 1e6);
    for (let i = 0; i < this.launchCount; i++) words[i * LAUNCH_WORDS + 3] = 0n;
    this.#lib.write(this.#tables, words, words.byteLength);
    return out;
  }

  poison(): void {
    const { temporaryStart, size } = this.#program.plan;
    this.#lib.fill(this.#arena + temporaryStart, (size - temporaryStart) / BYTES_PER_ELEMENT, NAN_BITS);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#lib.poolDestroy(this.#pool);
    this.#lib.unmap(this.#arena, Math.max(1, this.arenaBytes));
    this.#lib.unmap(this.#tables, Math.max(8, this.#tableBytes));
    if (this.#kernels) this.#lib.close(this.#kernels);
  }
}

const cTarget: BackendTarget = { dialect: cDialect, templates: cTemplates, biasInMatmul: true };

/** Opens the CPU. Throws DeviceUnavailable with what to install when there is no C compiler. */
export function openCpu(options: CpuOptions = {}): Device {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a positive integer, got ${threads}`);
  }
  const lib = loadLibrary(options);
  const executables = new Set<Executable>();
  return {
    name: 'cpu',
    compile(trace: Trace, compileOptions: CompileOptions = {}) {
      const cache = { folder: options.cacheDir ?? defaultCacheDir(), target: cDialect.name };
      const lower = () => compileProgram(trace, cTarget, compileOptions);
      const program = cachedProgram(trace, compileOptions, cache, lower);
      const executable = new CpuExecutable(lib, program, options);
      executables.add(executable);
      return executable;
    },
    dispose() {
      for (const executable of executables) executable.dispose();
    },
  };
}
