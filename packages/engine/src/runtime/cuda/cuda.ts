// The CUDA backend: one arena, one stream, and a whole step as one graph. After the first run a step costs one
// call of the driver; nothing is allocated, compiled or bound.

import { join } from 'node:path';
import { numel } from '../../core/shape.ts';
import { copyLaunch } from '../../kernels/cuda/operands.ts';
import type { CompileOptions, Program, Trace } from '../../schedule/program.ts';
import { defaultCacheDir } from '../compiler.ts';
import { type Device, type Executable, type LaunchProfile, NO_ACCUMULATORS, profileOf } from '../device.ts';
import { type BoundArguments, bindArguments, wordOf } from './arguments.ts';
import { type CublasLt, openCublasLt } from './cublas.ts';
import { type CudaDriver, type GpuInfo, openDriver } from './driver.ts';
import { type ImageOptions, type Images, openImages } from './images.ts';
import type { Communicator } from './nccl.ts';
import type { CudaCompiler } from './nvrtc.ts';
import { CUBLAS, compileCuda, cudaTarget, moduleTexts, type Precision } from './program-text.ts';

export interface CudaOptions {
  /** Number of the GPU; default 0. */
  readonly ordinal?: number;
  /** bf16 (default): products and stored activations in bfloat16, everything kept or summed in float32. */
  readonly precision?: Precision;
  /** Where compiled kernels are kept; default ~/.cache/tsudoi/kernels/cuda. */
  readonly cacheDir?: string;
  /** Compiled kernels that came with the program. */
  readonly shipped?: ImageOptions['shipped'];
  readonly compiler?: CudaCompiler;
  /** Path of the driver's library, where it is not the system's. */
  readonly driver?: string;
  /** Folders or files in which NVRTC and cuBLASLt are looked for first. */
  readonly libraries?: readonly string[];
  /** False: products always by the engine's own kernel. Default: cuBLASLt where it is found. */
  readonly cublasLt?: boolean;
  /** Joins several processes that train together, once the GPU is in use; the device gives the communicator back. */
  readonly group?: () => Communicator;
}

export interface CudaDevice extends Device {
  readonly info: GpuInfo;
  /** Version of cuBLASLt in use, if any. */
  readonly cublasLt: string | undefined;
  readonly images: Images;
  readonly driver: CudaDriver;
  compile(trace: Trace, options?: CompileOptions): CudaProgram;
}

export interface CudaProgram extends Executable {
  readonly program: Program;
  /** Starts a step and returns at once; `finish` waits for it. */
  start(): void;
  finish(): void;
  /** Where a buffer of the program lies in device memory. */
  address(buffer: string): number;
  /** For work that must follow or precede a step. */
  readonly stream: number;
}

const NAN_BITS = 0x7fc00000;

class CudaExecutable implements CudaProgram {
  readonly arenaBytes: number;
  readonly launchCount: number;
  readonly program: Program;
  readonly #driver: CudaDriver;
  readonly #cublas: CublasLt | undefined;
  readonly #group: Communicator | undefined;
  readonly #stream: number;
  readonly #arena: number;
  readonly #modules: number[] = [];
  readonly #functions = new Map<string, number>();
  readonly #allocations: number[] = [];
  readonly #bound: BoundArguments;
  /** Launch that refreshes the bfloat16 copy of a param after the host has written it. */
  readonly #refresh = new Map<string, number>();
  readonly #steps: number;
  /** Graphs by (first launch, end). */
  readonly #graphs = new Map<string, number>();
  #begun = false;
  #disposed = false;

  constructor(
    driver: CudaDriver,
    images: Images,
    libraries: { readonly cublas?: CublasLt; readonly group?: Communicator },
    program: Program,
  ) {
    this.#driver = driver;
    this.#cublas = libraries.cublas;
    this.#group = libraries.group;
    this.program = program;
    this.#steps = program.launches.length;
    this.launchCount = this.#steps;
    this.arenaBytes = program.plan.size;
    this.#stream = driver.stream();
    try {
      this.#arena = this.#alloc(this.arenaBytes, 'The program');
      driver.fill(this.#arena, 0, Math.ceil(this.arenaBytes / 4));
      this.#load(images);
      this.#bound = this.#bind();
      for (const [name, values] of program.tables) if (program.params.has(name)) this.write(name, values);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #alloc(bytes: number, what: string): number {
    const at = this.#driver.alloc(Math.ceil(bytes / 4) * 4, what);
    this.#allocations.push(at);
    return at;
  }

  #load(images: Images): void {
    const shared = new Map<string, number>();
    for (const l of this.#launches()) shared.set(l.symbol, Math.max(l.scratch, shared.get(l.symbol) ?? 0));
    const { launches, ...rest } = this.program;
    for (const { text, symbols } of moduleTexts({ ...rest, launches: this.#launches() })) {
      const module = this.#driver.loadModule(images.image(text, this.#driver.info.arch), symbols[0]);
      this.#modules.push(module);
      for (const symbol of symbols) {
        this.#functions.set(symbol, this.#driver.function(module, symbol, shared.get(symbol) ?? 0));
      }
    }
  }

  /** The program's launches, then those that refresh copies of params. */
  #launches() {
    return [...this.program.launches, ...refreshLaunches(this.program)];
  }

  #bind(): BoundArguments {
    const launches = this.#launches();
    const addressOf = (buffer: string) => this.address(buffer);
    const tables = launches.map(({ table }) => {
      if (!table) return undefined;
      const words = BigUint64Array.from(table, (arg) => BigInt.asUintN(64, wordOf(arg, addressOf)));
      const at = this.#alloc(words.byteLength, 'The table of an optimiser');
      this.#driver.toDevice(at, words);
      return at;
    });
    [...this.program.shadows.keys()].forEach((param, i) => {
      this.#refresh.set(param, this.#steps + i);
    });
    return bindArguments(launches, addressOf, (i) => tables[i]);
  }

  address(buffer: string): number {
    const offset = this.program.plan.offsets.get(buffer);
    if (offset === undefined) throw new Error(`buffer ${buffer} has no place in the arena`);
    return this.#arena + offset;
  }

  #launch(i: number): void {
    const launch =
      i < this.#steps ? this.program.launches[i] : refreshLaunches(this.program)[i - this.#steps];
    if (launch.symbol === CUBLAS) {
      this.#cublas!.matmul(
        launch.args.map((arg) => Number(wordOf(arg, (b) => this.address(b)))),
        this.#stream,
      );
      return;
    }
    const kernel = this.#functions.get(launch.symbol)!;
    this.#driver.launch(
      kernel,
      launch.grid!,
      launch.block!,
      launch.scratch,
      this.#stream,
      this.#bound.params(i),
    );
  }

  write(param: string, values: Float32Array | Int32Array): void {
    const node = this.program.params.get(param);
    if (!node) throw new Error(`the program has no param ${param}`);
    if (values.length !== numel(node.shape)) {
      throw new RangeError(`${param} takes ${numel(node.shape)} values, got ${values.length}`);
    }
    if (values instanceof Float32Array !== (node.dtype === 'f32'))
      throw new TypeError(`${param} is ${node.dtype}`);
    if (values.length === 0) return;
    this.#driver.toDevice(this.address(`param:${param}`), values);
    const refresh = this.#refresh.get(`param:${param}`);
    if (refresh === undefined) return;
    this.#launch(refresh);
    this.#driver.synchronize(this.#stream);
  }

  has(param: string): boolean {
    return this.program.params.has(param);
  }

  read(name: string): Float32Array {
    const output = this.program.outputs.get(name);
    const node = output?.node ?? this.program.params.get(name);
    if (node?.dtype !== 'f32') throw new Error(`the program has no f32 value ${name}`);
    const out = new Float32Array(numel(node.shape));
    if (out.length > 0) this.#driver.toHost(out, this.address(output?.buffer ?? `param:${name}`));
    return out;
  }

  start(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    const { accumulation } = this.program;
    const turn = accumulation?.launches ?? 0;
    if (accumulation) {
      this.#turn(turn);
      // The accumulators lie side by side: gradients and loss of all processes are added by one call.
      this.#group?.allReduce(this.address(accumulation.first), accumulation.bytes / 4, this.#stream);
    }
    this.#launchRange(turn, this.#steps);
    this.#begun = false;
  }

  accumulate(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    const { accumulation } = this.program;
    if (!accumulation) throw new Error(NO_ACCUMULATORS);
    this.#turn(accumulation.launches);
  }

  #turn(launches: number): void {
    this.#clear();
    this.#launchRange(0, launches);
    this.#begun = true;
  }

  /** Accumulators are zero when a step begins. */
  #clear(): void {
    const { accumulation } = this.program;
    if (!accumulation || this.#begun) return;
    this.#driver.fill(this.address(accumulation.first), 0, Math.ceil(accumulation.bytes / 4));
  }

  #launchRange(from: number, to: number): void {
    const key = `${from}-${to}`;
    let graph = this.#graphs.get(key);
    if (graph === undefined) {
      // Kernels are loaded on their first launch, which a capture would not allow on some drivers.
      this.#cublas?.prepare(this.program.launches.filter((l) => l.symbol === CUBLAS).map((l) => l.args));
      graph = this.#driver.capture(this.#stream, () => {
        for (let i = from; i < to; i++) this.#launch(i);
      });
      this.#graphs.set(key, graph);
    }
    this.#driver.launchGraph(graph, this.#stream);
  }

  finish(): void {
    this.#driver.synchronize(this.#stream);
  }

  run(): void {
    this.start();
    this.finish();
  }

  get stream(): number {
    return this.#stream;
  }

  profile(): LaunchProfile[] {
    this.#clear();
    this.#begun = false;
    const events = Array.from({ length: this.#steps + 1 }, () => this.#driver.event());
    try {
      this.#driver.record(events[0], this.#stream);
      for (let i = 0; i < this.#steps; i++) {
        this.#launch(i);
        this.#driver.record(events[i + 1], this.#stream);
      }
      this.#driver.synchronize(this.#stream);
      return profileOf(this.program, (i) => this.#driver.elapsed(events[i], events[i + 1]));
    } finally {
      for (const event of events) this.#driver.destroyEvent(event);
    }
  }

  poison(): void {
    const { temporaryStart, size } = this.program.plan;
    this.#driver.fill(this.#arena + temporaryStart, NAN_BITS, Math.floor((size - temporaryStart) / 4));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const graph of this.#graphs.values()) this.#driver.destroyGraph(graph);
    for (const module of this.#modules) this.#driver.unloadModule(module);
    for (const at of this.#allocations) this.#driver.free(at);
    this.#driver.destroyStream(this.#stream);
  }
}

/** One copy for each param that has a bfloat16 twin. */
function refreshLaunches(program: Program) {
  return [...program.shadows].map(([param, shadow]) =>
    copyLaunch(param, shadow, program.buffers.get(param)!.elements, ['float', 'bf16']),
  );
}

/** Opens a GPU. Throws DeviceUnavailable, with what is missing, where there is none or it cannot be used. */
export function openCuda(options: CudaOptions = {}): CudaDevice {
  const driver = openDriver({ ordinal: options.ordinal, library: options.driver });
  const images = openImages({
    cacheDir: options.cacheDir ?? join(defaultCacheDir(), 'cuda'),
    shipped: options.shipped,
    compiler: options.compiler,
    libraries: options.libraries,
  });
  const cublas = options.cublasLt === false ? undefined : openCublasLt(driver, options.libraries);
  const target = cudaTarget(options.precision ?? 'bf16', cublas !== undefined);
  const executables = new Set<CudaExecutable>();
  const group = options.group?.();
  return {
    name: 'cuda',
    info: driver.info,
    cublasLt: cublas?.version,
    images,
    driver,
    compile(trace, compileOptions = {}) {
      const program = compileCuda(trace, target, compileOptions);
      const executable = new CudaExecutable(driver, images, { cublas, group }, program);
      executables.add(executable);
      return executable;
    },
    dispose() {
      for (const executable of executables) executable.dispose();
      group?.dispose();
      cublas?.dispose();
      driver.dispose();
    },
  };
}
