// The CPU backend: C kernels compiled by the system's compiler, one arena, and one C call per step.

import { availableParallelism } from 'node:os';
import { BYTES_PER_ELEMENT, numel } from '../core/shape.ts';
import { fileOfKernel } from '../kernels/c-files.ts';
import { cTarget } from '../kernels/c-target.ts';
import { cDialect } from '../print/dialects/c.ts';
import { type Arg, bytesPerElement, type SharedParam } from '../schedule/launch.ts';
import { sharedLayout } from '../schedule/plan.ts';
import { type Accumulation, type CompileOptions, compileProgram, type Trace } from '../schedule/program.ts';
import { type CompilerOptions, defaultCacheDir } from './compiler.ts';
import { loadPool, openKernels, type Pool } from './cpu-libraries.ts';
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

/** Fields of `launch` in pool.c: function, arguments, tasks, nanoseconds. */
const LAUNCH_WORDS = 4;
const NAN_BITS = 0x7fc00000;
/** The file of the kernels that are printed for one program. */
const OWN_KERNELS = 'kernels.c';

const floatBits = new DataView(new ArrayBuffer(4));

/** Params that several programs read and replace: one copy of the weights, one cache. */
export class SharedMemory {
  readonly params: readonly SharedParam[];
  readonly bytes: number;
  readonly address: number;
  readonly #lib: Pool;
  readonly #offsets: ReadonlyMap<string, number>;

  /** @throws DeviceUnavailable when there is no memory */
  constructor(lib: Pool, params: readonly SharedParam[]) {
    const { offsets, bytes } = sharedLayout(params);
    this.params = params;
    this.bytes = Math.max(1, bytes);
    this.address = lib.map(this.bytes);
    if (!this.address) throw new DeviceUnavailable(`no memory for ${Math.ceil(bytes / 2 ** 20)} MiB`);
    this.#lib = lib;
    this.#offsets = offsets;
  }

  /** Writes a param as it is stored: float32 values, or whole blocks. @throws RangeError for another size */
  write(name: string, values: Float32Array | Uint8Array): void {
    const param = this.params.find((p) => p.name === name);
    if (!param) throw new RangeError(`there is no shared param ${name}`);
    const bytes = param.elements * bytesPerElement(param.storage);
    if (values.byteLength !== bytes) {
      throw new RangeError(`${name} takes ${bytes} bytes, got ${values.byteLength}`);
    }
    this.#lib.write(this.address + this.#offsets.get(name)!, values, bytes);
  }

  /** To be called after the programs that use it are disposed. */
  dispose(): void {
    this.#lib.unmap(this.address, this.bytes);
  }
}

export class CpuExecutable implements Executable {
  readonly arenaBytes: number;
  readonly launchCount: number;
  readonly #lib: Pool;
  readonly #program: RunnableProgram;
  readonly #arena: number;
  readonly #shared: SharedMemory | undefined;
  readonly #tables: number;
  readonly #tableBytes: number;
  readonly #pool: number;
  /** Handles of libraries, by C file. */
  readonly #libraries: ReadonlyMap<string, number>;
  readonly #functions = new Map<string, number>();
  #begun = false;
  #disposed = false;

  constructor(lib: Pool, program: RunnableProgram, options: CpuOptions, shared?: SharedMemory) {
    this.#lib = lib;
    this.#program = program;
    this.#shared = shared;
    this.arenaBytes = program.plan.size - program.plan.sharedBytes;
    this.launchCount = program.launches.length;
    this.#libraries = this.#openLibraries(options);
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

  /** The C file that has a kernel. */
  #fileOf(symbol: string): string {
    return this.#program.kernels.has(symbol) ? OWN_KERNELS : fileOfKernel(symbol);
  }

  #openLibraries(options: CpuOptions): Map<string, number> {
    const { kernels, launches } = this.#program;
    const called = launches.flatMap((l) =>
      l.args.flatMap((arg) => (arg.kind === 'kernel' ? arg.symbol : [])),
    );
    const files = new Set(
      [...launches.map((l) => l.symbol), ...called].map((symbol) => this.#fileOf(symbol)),
    );
    const own = { name: OWN_KERNELS, text: [cDialect.prelude, ...kernels.values()].join('\n') };
    return openKernels(this.#lib, [...files], own, options);
  }

  /** The run list and all argument lists as 64-bit words, with addresses resolved. */
  #bind(listWords: number): BigInt64Array {
    const words = new BigInt64Array(this.#tableBytes / 8);
    let cursor = listWords;
    this.#program.launches.forEach((launch, i) => {
      words[i * LAUNCH_WORDS] = BigInt(this.#function(launch.symbol));
      words[i * LAUNCH_WORDS + 1] = BigInt(this.#tables + 8 * cursor);
      words[i * LAUNCH_WORDS + 2] = BigInt(launch.tasks);
      for (const arg of launch.args) words[cursor++] = this.#word(arg);
    });
    return words;
  }

  /** The address of a kernel. */
  #function(symbol: string): number {
    const known = this.#functions.get(symbol);
    if (known !== undefined) return known;
    const address = this.#lib.symbol(this.#libraries.get(this.#fileOf(symbol))!, symbol);
    if (!address) throw new Error(`kernel ${symbol} is missing`);
    this.#functions.set(symbol, address);
    return address;
  }

  #word(arg: Arg): bigint {
    if (arg.kind === 'buffer') return BigInt(this.#address(arg.buffer) + arg.byteOffset);
    if (arg.kind === 'int') return BigInt(arg.value);
    if (arg.kind === 'kernel') return BigInt(this.#function(arg.symbol));
    floatBits.setFloat32(0, arg.value, true);
    return BigInt(floatBits.getInt32(0, true));
  }

  #address(buffer: string): number {
    const offset = this.#program.plan.offsets.get(buffer);
    if (offset === undefined) throw new Error(`buffer ${buffer} has no place in the arena`);
    const { sharedBytes } = this.#program.plan;
    return offset < sharedBytes ? this.#shared!.address + offset : this.#arena + offset - sharedBytes;
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
    const { launches } = this.#accumulation();
    this.#clear();
    this.#lib.run(this.#pool, this.#tables, launches, 0);
    this.#begun = true;
  }

  run(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    this.#clear();
    this.#lib.run(this.#pool, this.#tables, this.launchCount, 0);
    this.#begun = false;
  }

  /** All accumulators as they lie side by side, after a turn. */
  readAccumulators(): Float32Array {
    const { first, bytes } = this.#accumulation();
    const out = new Float32Array(bytes / BYTES_PER_ELEMENT);
    this.#lib.read(this.#address(first), out, bytes);
    return out;
  }

  /** What the accumulators are to be before `finish`: their sum over several processes. */
  writeAccumulators(values: Float32Array): void {
    const { first, bytes } = this.#accumulation();
    if (values.byteLength !== bytes) throw new RangeError(`accumulators take ${bytes} bytes`);
    this.#lib.write(this.#address(first), values, bytes);
  }

  /** All that follows the last turn of `accumulate`. */
  finish(): void {
    const { launches } = this.#accumulation();
    const rest = this.#tables + 8 * LAUNCH_WORDS * launches;
    this.#lib.run(this.#pool, rest, this.launchCount - launches, 0);
    this.#begun = false;
  }

  #accumulation(): Accumulation {
    if (this.#disposed) throw new Error('the program is disposed');
    const { accumulation } = this.#program;
    if (!accumulation) throw new Error(NO_ACCUMULATORS);
    return accumulation;
  }

  /** Accumulators are zero when a step begins. */
  #clear(): void {
    const { accumulation } = this.#program;
    if (!accumulation || this.#begun) return;
    this.#lib.fill(this.#address(accumulation.first), accumulation.bytes / BYTES_PER_ELEMENT, 0);
  }

  /** As `run`, without holding up the caller's thread. One at a time; not to be disposed before it settles. */
  runLater(): Promise<void> {
    if (this.#disposed) throw new Error('the program is disposed');
    return this.#lib.runLater(this.#pool, this.#tables, this.launchCount);
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
    const { temporaryStart, size, sharedBytes } = this.#program.plan;
    this.#lib.fill(
      this.#arena + temporaryStart - sharedBytes,
      (size - temporaryStart) / BYTES_PER_ELEMENT,
      NAN_BITS,
    );
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#lib.poolDestroy(this.#pool);
    this.#lib.unmap(this.#arena, Math.max(1, this.arenaBytes));
    this.#lib.unmap(this.#tables, Math.max(8, this.#tableBytes));
    for (const library of this.#libraries.values()) this.#lib.close(library);
  }
}

export interface CpuDevice extends Device {
  /** Memory for params of several programs, zeroed. @throws DeviceUnavailable when there is none */
  share(params: readonly SharedParam[]): SharedMemory;
  compile(trace: Trace, options?: CompileOptions, shared?: SharedMemory): CpuExecutable;
}

/** Opens the CPU. Throws DeviceUnavailable with what to install when there is no C compiler. */
export function openCpu(options: CpuOptions = {}): CpuDevice {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a positive integer, got ${threads}`);
  }
  const lib = loadPool(options);
  const executables = new Set<Executable>();
  return {
    name: 'cpu',
    share: (params) => new SharedMemory(lib, params),
    compile(trace: Trace, asked: CompileOptions = {}, shared?: SharedMemory) {
      const compileOptions = shared ? { ...asked, shared: shared.params } : asked;
      const { cacheDir: folder = defaultCacheDir(), cacheLimit: limit } = options;
      const cache = { folder, target: cDialect.name, limit };
      const lower = () => compileProgram(trace, cTarget, compileOptions);
      const program = cachedProgram(trace, compileOptions, cache, lower);
      const executable = new CpuExecutable(lib, program, options, shared);
      executables.add(executable);
      return executable;
    },
    dispose() {
      for (const executable of executables) executable.dispose();
    },
  };
}
