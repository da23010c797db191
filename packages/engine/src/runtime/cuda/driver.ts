// NVIDIA's driver API through koffi: no toolkit, only the driver's own library. Handles and device addresses
// travel as numbers (user space ends far below 2^53).

import type { LibraryHandle } from 'koffi';
import { DeviceUnavailable } from '../device.ts';
import { loadLibrary } from './libraries.ts';

/** A call of CUDA failed; the message is one line for a person. */
export class CudaError extends DeviceUnavailable {
  override name = 'CudaError';
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

const OUT_OF_MEMORY = 2;
/** From here on an error has destroyed the context: the driver was killed, a kernel faulted, the card fell off. */
const STICKY = 700;

export const ATTRIBUTE = {
  multiprocessors: 16,
  major: 75,
  minor: 76,
  sharedPerBlock: 97,
  clockKHz: 13,
} as const;
const DYNAMIC_SHARED_SIZE = 8;
const CAPTURE_RELAXED = 2;
/** Ordered with the default stream, on which copies and fills run: a small copy may return before it has arrived. */
const STREAM_BLOCKING = 0;

type Out = [number];

/** Every entry point the runtime uses. Numbers are 64-bit unless the declaration says otherwise. */
function bind(lib: LibraryHandle) {
  const f = (declaration: string) => lib.func(declaration);
  return {
    init: f('int cuInit(uint32_t flags)'),
    driverVersion: f('int cuDriverGetVersion(_Out_ int *version)'),
    deviceCount: f('int cuDeviceGetCount(_Out_ int *count)'),
    device: f('int cuDeviceGet(_Out_ int *device, int ordinal)'),
    deviceName: f('int cuDeviceGetName(_Out_ uint8_t *name, int length, int device)'),
    attribute: f('int cuDeviceGetAttribute(_Out_ int *value, int attribute, int device)'),
    totalMemory: f('int cuDeviceTotalMem_v2(_Out_ int64_t *bytes, int device)'),
    retain: f('int cuDevicePrimaryCtxRetain(_Out_ int64_t *context, int device)'),
    release: f('int cuDevicePrimaryCtxRelease_v2(int device)'),
    setCurrent: f('int cuCtxSetCurrent(int64_t context)'),
    memoryInfo: f('int cuMemGetInfo_v2(_Out_ int64_t *available, _Out_ int64_t *total)'),
    alloc: f('int cuMemAlloc_v2(_Out_ int64_t *at, int64_t bytes)'),
    free: f('int cuMemFree_v2(int64_t at)'),
    toDevice: f('int cuMemcpyHtoD_v2(int64_t to, const void *from, int64_t bytes)'),
    toHost: f('int cuMemcpyDtoH_v2(_Out_ void *to, int64_t from, int64_t bytes)'),
    fill: f('int cuMemsetD32_v2(int64_t to, uint32_t value, int64_t words)'),
    loadModule: f('int cuModuleLoadData(_Out_ int64_t *module, const void *image)'),
    unloadModule: f('int cuModuleUnload(int64_t module)'),
    function: f('int cuModuleGetFunction(_Out_ int64_t *function, int64_t module, const char *name)'),
    setAttribute: f('int cuFuncSetAttribute(int64_t function, int attribute, int value)'),
    streamCreate: f('int cuStreamCreate(_Out_ int64_t *stream, uint32_t flags)'),
    streamDestroy: f('int cuStreamDestroy_v2(int64_t stream)'),
    streamSynchronize: f('int cuStreamSynchronize(int64_t stream)'),
    beginCapture: f('int cuStreamBeginCapture_v2(int64_t stream, int mode)'),
    endCapture: f('int cuStreamEndCapture(int64_t stream, _Out_ int64_t *graph)'),
    instantiate: f('int cuGraphInstantiateWithFlags(_Out_ int64_t *exec, int64_t graph, uint64_t flags)'),
    graphLaunch: f('int cuGraphLaunch(int64_t exec, int64_t stream)'),
    graphDestroy: f('int cuGraphDestroy(int64_t graph)'),
    execDestroy: f('int cuGraphExecDestroy(int64_t exec)'),
    launch: f(
      'int cuLaunchKernel(int64_t function, uint32_t gx, uint32_t gy, uint32_t gz, uint32_t bx, uint32_t by, ' +
        'uint32_t bz, uint32_t shared, int64_t stream, int64_t params, int64_t extra)',
    ),
    eventCreate: f('int cuEventCreate(_Out_ int64_t *event, uint32_t flags)'),
    eventDestroy: f('int cuEventDestroy_v2(int64_t event)'),
    eventRecord: f('int cuEventRecord(int64_t event, int64_t stream)'),
    eventSynchronize: f('int cuEventSynchronize(int64_t event)'),
    elapsed: f('int cuEventElapsedTime(_Out_ float *milliseconds, int64_t from, int64_t to)'),
    errorName: f('int cuGetErrorName(int error, _Out_ const char **name)'),
  };
}

export interface GpuInfo {
  readonly name: string;
  /** Such as `sm_90`. */
  readonly arch: string;
  readonly memoryBytes: number;
  readonly multiprocessors: number;
  /** Shared memory that one block may ask for. */
  readonly sharedBytes: number;
  readonly clockKHz: number;
  readonly driverVersion: number;
}

/** One GPU with its primary context current on this thread. */
export class CudaDriver {
  readonly info: GpuInfo;
  readonly library: LibraryHandle;
  readonly #calls: ReturnType<typeof bind>;
  readonly #device: number;

  constructor(library: LibraryHandle, ordinal: number) {
    this.library = library;
    this.#calls = bind(library);
    const c = this.#calls;
    const started = c.init(0);
    if (started !== 0) {
      throw new DeviceUnavailable(
        `NVIDIA's driver is installed but does not start (${this.#nameOf(started)}). Is a GPU plugged in and visible?`,
      );
    }
    const count = this.#out((o) => c.deviceCount(o));
    if (ordinal >= count) {
      throw new DeviceUnavailable(
        count === 0
          ? 'There is no NVIDIA GPU here.'
          : `There are ${count} GPUs; number ${ordinal} is not one.`,
      );
    }
    this.#device = this.#out((o) => c.device(o, ordinal));
    const context = this.#out((o) => c.retain(o, this.#device));
    this.#check(c.setCurrent(context), 'choosing the GPU');
    this.info = this.#describe();
  }

  #describe(): GpuInfo {
    const c = this.#calls;
    const attribute = (id: number) => this.#out((o) => c.attribute(o, id, this.#device));
    const name = new Uint8Array(256);
    c.deviceName(name, 256, this.#device);
    return {
      name: Buffer.from(name).toString('utf8').replace(/\0.*$/s, ''),
      arch: `sm_${attribute(ATTRIBUTE.major)}${attribute(ATTRIBUTE.minor)}`,
      memoryBytes: this.#out((o) => c.totalMemory(o, this.#device)),
      multiprocessors: attribute(ATTRIBUTE.multiprocessors),
      sharedBytes: attribute(ATTRIBUTE.sharedPerBlock),
      clockKHz: attribute(ATTRIBUTE.clockKHz),
      driverVersion: this.#out((o) => c.driverVersion(o)),
    };
  }

  #nameOf(code: number): string {
    const name: [string | null] = [null];
    this.#calls.errorName(code, name);
    return name[0] ?? `error ${code}`;
  }

  #check(code: number, doing: string): void {
    if (code === 0) return;
    const name = this.#nameOf(code);
    if (code === OUT_OF_MEMORY) throw new CudaError(`The GPU is out of memory (${doing}).`, code);
    if (code >= STICKY) {
      const rest = 'Checkpoints on disk are untouched: start again and training goes on from the last one.';
      throw new CudaError(`The GPU or its driver failed while ${doing} (${name}). ${rest}`, code);
    }
    throw new CudaError(`CUDA refused ${doing}: ${name}.`, code);
  }

  #out(call: (out: Out) => number, doing = 'asking the driver'): number {
    const out: Out = [0];
    this.#check(call(out), doing);
    return Number(out[0]);
  }

  freeBytes(): number {
    const [available, total]: [Out, Out] = [[0], [0]];
    this.#check(this.#calls.memoryInfo(available, total), 'asking for free memory');
    return Number(available[0]);
  }

  /** Device memory; when there is too little, the message says how much was asked and how much is free. */
  alloc(bytes: number, what: string): number {
    const out: Out = [0];
    const code = this.#calls.alloc(out, Math.max(256, bytes));
    if (code === OUT_OF_MEMORY) {
      const gib = (n: number) => `${(n / 2 ** 30).toFixed(2)} GiB`;
      const advice = 'Use a smaller batch or sequence, or more gradient accumulation.';
      throw new CudaError(
        `${what} needs ${gib(bytes)} of GPU memory and ${gib(this.freeBytes())} are free on ${this.info.name}. ${advice}`,
        code,
      );
    }
    this.#check(code, `reserving memory for ${what}`);
    return Number(out[0]);
  }

  free(at: number): void {
    this.#calls.free(at);
  }

  toDevice(to: number, from: ArrayBufferView): void {
    this.#check(this.#calls.toDevice(to, from, from.byteLength), 'copying to the GPU');
  }

  toHost(to: ArrayBufferView, from: number): void {
    this.#check(this.#calls.toHost(to, from, to.byteLength), 'copying from the GPU');
  }

  fill(to: number, value: number, words: number): void {
    if (words > 0) this.#check(this.#calls.fill(to, value >>> 0, words), 'filling memory');
  }

  loadModule(image: Uint8Array, what: string): number {
    return this.#out((o) => this.#calls.loadModule(o, image), `loading ${what}`);
  }

  unloadModule(module: number): void {
    this.#calls.unloadModule(module);
  }

  function(module: number, name: string, sharedBytes: number): number {
    const found = this.#out((o) => this.#calls.function(o, module, name), `finding the kernel ${name}`);
    if (sharedBytes > 48 << 10) {
      const code = this.#calls.setAttribute(found, DYNAMIC_SHARED_SIZE, sharedBytes);
      this.#check(code, `giving ${name} ${sharedBytes} bytes of shared memory`);
    }
    return found;
  }

  stream(): number {
    return this.#out((o) => this.#calls.streamCreate(o, STREAM_BLOCKING), 'making a stream');
  }

  destroyStream(stream: number): void {
    this.#calls.streamDestroy(stream);
  }

  synchronize(stream: number): void {
    this.#check(this.#calls.streamSynchronize(stream), 'running a step');
  }

  /** Records what `record` launches on the stream as a graph that can be launched again and again. */
  capture(stream: number, record: () => void): number {
    const c = this.#calls;
    this.#check(c.beginCapture(stream, CAPTURE_RELAXED), 'beginning a graph');
    let failed = true;
    let graph = 0;
    try {
      record();
      failed = false;
    } finally {
      const out: Out = [0];
      const code = c.endCapture(stream, out);
      graph = Number(out[0]);
      // An error while recording is the one to report.
      if (!failed) this.#check(code, 'ending a graph');
      else if (graph) c.graphDestroy(graph);
    }
    const exec = this.#out((o) => c.instantiate(o, graph, 0), 'preparing a graph');
    c.graphDestroy(graph);
    return exec;
  }

  launchGraph(exec: number, stream: number): void {
    this.#check(this.#calls.graphLaunch(exec, stream), 'running a step');
  }

  destroyGraph(exec: number): void {
    this.#calls.execDestroy(exec);
  }

  /** `params` is the address of an array of addresses of the arguments. */
  launch(
    kernel: number,
    grid: readonly [number, number, number],
    block: number,
    shared: number,
    stream: number,
    params: number,
  ): void {
    const [x, y, z] = grid;
    const code = this.#calls.launch(kernel, x, y, z, block, 1, 1, shared, stream, params, 0);
    this.#check(code, 'launching a kernel');
  }

  event(): number {
    return this.#out((o) => this.#calls.eventCreate(o, 0), 'making an event');
  }

  record(event: number, stream: number): void {
    this.#check(this.#calls.eventRecord(event, stream), 'recording an event');
  }

  /** Milliseconds between two recorded events; waits for the second. */
  elapsed(from: number, to: number): number {
    this.#check(this.#calls.eventSynchronize(to), 'running a step');
    return this.#out((o) => this.#calls.elapsed(o, from, to), 'reading a time');
  }

  destroyEvent(event: number): void {
    this.#calls.eventDestroy(event);
  }

  dispose(): void {
    this.#calls.release(this.#device);
  }
}

/** Opens the driver. Throws DeviceUnavailable, with what is missing, on a machine without a usable NVIDIA GPU. */
export function openDriver(options: { ordinal?: number; library?: string } = {}): CudaDriver {
  const library = loadLibrary(
    options.library ? [options.library] : ['libcuda.so.1', 'libcuda.so', 'nvcuda.dll'],
  );
  if (!library) {
    throw new DeviceUnavailable(
      "The CUDA backend needs NVIDIA's driver, whose library libcuda.so.1 is not here. Use the CPU or WebGPU instead.",
    );
  }
  return new CudaDriver(library, options.ordinal ?? 0);
}
