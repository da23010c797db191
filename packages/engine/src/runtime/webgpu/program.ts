// A compiled program bound to WebGPU: slabs of memory, one block of arguments per launch, one bind group for
// everything, one pipeline per distinct kernel. A step encodes the launches and submits once; apart from the
// command buffer that WebGPU wants anew each time, nothing is made, hashed or bound in it.

/// <reference types="@webgpu/types" />

import { numel } from '../../core/shape.ts';
import { encodeFloat16 } from '../../io/half.ts';
import { ARGUMENT_BINDING } from '../../print/dialects/wgsl.ts';
import type { Arg } from '../../schedule/launch.ts';
import type { Program } from '../../schedule/program.ts';
import type { AsyncExecutable } from '../async-device.ts';
import { DeviceUnavailable, type LaunchProfile, NO_ACCUMULATORS, profileOf } from '../device.ts';
import { boundText, compileAll, groupsOf, type Place, placeOf } from './binding.ts';
import { COMPUTE_STAGE, MAP_READ, usage } from './flags.ts';
import { firstLine, type OpenedGpu } from './open.ts';

const MOST_SLABS = 8;
const MOST_GROUPS = 65535;
/** Dynamic offsets of uniform bindings are multiples of this on every device. */
const BLOCK = 256;
const NAN_WORD = 0x7fc00000;
const LARGEST_HALF = 65504;

interface BoundLaunch {
  readonly pipeline: GPUComputePipeline;
  readonly x: number;
  readonly y: number;
}

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to;

/** @throws RangeError for values that binary16 does not reach */
function halves(param: string, values: Float32Array): Uint16Array {
  const most = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  if (most > LARGEST_HALF) throw new RangeError(`${param} holds ${most}, binary16 ends at ${LARGEST_HALF}`);
  return encodeFloat16(values);
}

const mib = (bytes: number) => Math.ceil(bytes / 2 ** 20);

const outOfMemory = (bytes: number, detail: string) =>
  new DeviceUnavailable(
    `The GPU has no room for a program of ${mib(bytes)} MiB.${detail} Use a smaller model or batch.`,
  );

export class WebGpuExecutable implements AsyncExecutable {
  readonly arenaBytes: number;
  readonly launchCount: number;
  readonly #gpu: OpenedGpu;
  readonly #program: Program;
  readonly #slabs: readonly GPUBuffer[];
  readonly #arguments: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly #launches: readonly BoundLaunch[];
  readonly #offsets: Uint32Array;
  readonly #staging = new Map<number, GPUBuffer[]>();
  readonly #health: () => void;
  #begun = false;
  #disposed = false;

  /** Allocates, compiles and binds. Rejects with DeviceUnavailable when memory or a kernel is refused. */
  static async create(gpu: OpenedGpu, program: Program, health: () => void): Promise<WebGpuExecutable> {
    const { device } = gpu;
    const bytes = Math.max(BLOCK, roundUp(program.plan.size, BLOCK));
    const count = Math.ceil(bytes / gpu.slabBytes);
    if (count > MOST_SLABS) throw outOfMemory(bytes, ` It offers ${mib(MOST_SLABS * gpu.slabBytes)} MiB.`);
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const slabs = Array.from({ length: count }, (_, i) =>
      device.createBuffer({
        size: Math.min(gpu.slabBytes, bytes - i * gpu.slabBytes),
        usage: usage.storage,
      }),
    );
    const refusals = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    if (refusals.some(Boolean)) {
      for (const slab of slabs) slab.destroy();
      throw outOfMemory(bytes, '');
    }
    const entries: GPUBindGroupLayoutEntry[] = slabs.map((_, binding) => ({
      binding,
      visibility: COMPUTE_STAGE,
      buffer: { type: 'storage' as const },
    }));
    const uniform = { type: 'uniform' as const, hasDynamicOffset: true };
    entries.push({ binding: ARGUMENT_BINDING, visibility: COMPUTE_STAGE, buffer: uniform });
    const layout = device.createBindGroupLayout({ entries });
    const pipelines = await compileAll(gpu, program, layout);
    return new WebGpuExecutable(gpu, program, slabs, layout, pipelines, health);
  }

  private constructor(
    gpu: OpenedGpu,
    program: Program,
    slabs: readonly GPUBuffer[],
    layout: GPUBindGroupLayout,
    pipelines: ReadonlyMap<string, GPUComputePipeline>,
    health: () => void,
  ) {
    this.#gpu = gpu;
    this.#program = program;
    this.#slabs = slabs;
    this.#health = health;
    this.arenaBytes = program.plan.size;
    this.launchCount = program.launches.length;
    const { device } = gpu;
    const blocks = this.#argumentBlocks();
    this.#offsets = blocks.offsets;
    this.#arguments = device.createBuffer({ size: blocks.words.byteLength, usage: usage.uniform });
    device.queue.writeBuffer(this.#arguments, 0, blocks.words);
    this.#group = device.createBindGroup({
      layout,
      entries: [
        ...slabs.map((buffer, binding) => ({ binding, resource: { buffer } })),
        { binding: ARGUMENT_BINDING, resource: { buffer: this.#arguments, size: blocks.largest } },
      ],
    });
    this.#launches = program.launches.map((launch) => {
      const groups = groupsOf(launch);
      const x = Math.min(groups, MOST_GROUPS);
      const module = boundText(gpu, program, launch);
      return { pipeline: pipelines.get(module)!, x, y: Math.ceil(groups / x) };
    });
    for (const [name, values] of program.tables) if (program.params.has(name)) this.write(name, values);
  }

  /** The words of every launch's arguments, each block at a multiple of BLOCK bytes. */
  #argumentBlocks(): { words: Uint32Array<ArrayBuffer>; offsets: Uint32Array; largest: number } {
    const sizes = this.#program.launches.map((l) => roundUp(Math.max(4, l.args.length) * 4, BLOCK));
    const largest = Math.max(BLOCK, ...sizes);
    const offsets = new Uint32Array(sizes.length);
    let end = 0;
    sizes.forEach((size, i) => {
      offsets[i] = end;
      end += size;
    });
    // Every block is bound with the size of the largest, so the last one needs room behind it.
    const words = new Uint32Array((end + largest) / 4);
    const floats = new Float32Array(words.buffer);
    const signed = new Int32Array(words.buffer);
    this.#program.launches.forEach((launch, i) => {
      launch.args.forEach((arg, k) => {
        const at = offsets[i] / 4 + k;
        if (arg.kind === 'float') floats[at] = arg.value;
        else if (arg.kind === 'int') signed[at] = arg.value;
        else if (arg.kind === 'buffer') signed[at] = this.#elementOffset(arg);
        else throw new Error(`${arg.symbol} has no address in WGSL`);
      });
    });
    return { words, offsets, largest };
  }

  #elementOffset(arg: Extract<Arg, { kind: 'buffer' }>): number {
    return (placeOf(this.#gpu, this.#program, arg.buffer).offset + arg.byteOffset) / 4;
  }

  has(param: string): boolean {
    return this.#program.params.has(param);
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
    const buffer = `param:${param}`;
    const { slab, offset } = placeOf(this.#gpu, this.#program, buffer);
    const stored = this.#isHalf(buffer) ? halves(param, values as Float32Array) : values;
    this.#gpu.device.queue.writeBuffer(this.#slabs[slab], offset, stored as Float32Array<ArrayBuffer>);
  }

  #isHalf(buffer: string): boolean {
    return this.#program.buffers.get(buffer)?.storage === 'f16';
  }

  #encode(encoder: GPUCommandEncoder, count = this.#launches.length): void {
    this.#clear(encoder);
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | undefined;
    for (let i = 0; i < count; i++) {
      const { pipeline, x, y } = this.#launches[i];
      if (pipeline !== current) {
        pass.setPipeline(pipeline);
        current = pipeline;
      }
      pass.setBindGroup(0, this.#group, this.#offsets, i, 1);
      pass.dispatchWorkgroups(x, y);
    }
    pass.end();
    this.#begun = count < this.#launches.length;
  }

  /** Accumulators are zero when a step begins. */
  #clear(encoder: GPUCommandEncoder): void {
    const { accumulation } = this.#program;
    if (!accumulation || this.#begun) return;
    const start = this.#program.plan.offsets.get(accumulation.first)!;
    const end = start + accumulation.bytes;
    const { slabBytes } = this.#gpu;
    for (let at = start; at < end; ) {
      const stop = Math.min(end, (Math.floor(at / slabBytes) + 1) * slabBytes);
      encoder.clearBuffer(this.#slabs[Math.floor(at / slabBytes)], at % slabBytes, stop - at);
      at = stop;
    }
  }

  #alive(): void {
    if (this.#disposed) throw new Error('the program is disposed');
    this.#health();
  }

  accumulate(): void {
    const { accumulation } = this.#program;
    if (!accumulation) throw new Error(NO_ACCUMULATORS);
    this.#submit(accumulation.launches);
  }

  run(): void {
    this.#submit(this.#launches.length);
  }

  #submit(launches: number): void {
    this.#alive();
    const encoder = this.#gpu.device.createCommandEncoder();
    this.#encode(encoder, launches);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  runAndRead(names: readonly string[]): Promise<Float32Array[]> {
    this.#alive();
    const encoder = this.#gpu.device.createCommandEncoder();
    this.#encode(encoder);
    return this.#readInto(encoder, names);
  }

  async read(name: string): Promise<Float32Array> {
    this.#alive();
    const [value] = await this.#readInto(this.#gpu.device.createCommandEncoder(), [name]);
    return value;
  }

  /** Appends the copies to the encoder, submits, and waits for them. */
  async #readInto(encoder: GPUCommandEncoder, names: readonly string[]): Promise<Float32Array[]> {
    const values = names.map((name) => this.#readable(name));
    const starts: number[] = [];
    let size = 0;
    for (const v of values) {
      starts.push(size);
      size += roundUp(4 * v.elements, 8);
    }
    const staging = this.#staging.get(size)?.pop() ?? this.#makeStaging(size);
    values.forEach((v, i) => {
      encoder.copyBufferToBuffer(this.#slabs[v.slab], v.offset, staging, starts[i], 4 * v.elements);
    });
    this.#gpu.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(MAP_READ);
    } catch (error) {
      // The reason that the device gave is better than "the map was aborted".
      this.#health();
      throw new DeviceUnavailable(`WebGPU could not be read: ${firstLine((error as Error).message)}`);
    }
    const words = staging.getMappedRange();
    const out = values.map((v, i) => new Float32Array(words.slice(starts[i], starts[i] + 4 * v.elements)));
    staging.unmap();
    this.#staging.set(size, [...(this.#staging.get(size) ?? []), staging]);
    this.#health();
    return out;
  }

  #makeStaging(size: number): GPUBuffer {
    return this.#gpu.device.createBuffer({ size, usage: usage.readback });
  }

  #readable(name: string): Place & { elements: number } {
    const output = this.#program.outputs.get(name);
    const node = output?.node ?? this.#program.params.get(name);
    if (node?.dtype !== 'f32') throw new Error(`the program has no f32 value ${name}`);
    const buffer = output?.buffer ?? `param:${name}`;
    if (this.#isHalf(buffer)) throw new Error(`${name} is kept in binary16 and is not read back`);
    return { ...placeOf(this.#gpu, this.#program, buffer), elements: numel(node.shape) };
  }

  async idle(): Promise<void> {
    await this.#gpu.device.queue.onSubmittedWorkDone();
    this.#health();
  }

  async profile(): Promise<LaunchProfile[]> {
    this.#alive();
    const { device, timestamps } = this.#gpu;
    if (!timestamps) throw new DeviceUnavailable('This WebGPU device has no timer (timestamp-query).');
    const count = 2 * this.launchCount;
    const querySet = device.createQuerySet({ type: 'timestamp', count });
    const resolved = device.createBuffer({ size: 8 * count, usage: usage.queries });
    const staging = device.createBuffer({ size: 8 * count, usage: usage.readback });
    const encoder = device.createCommandEncoder();
    this.#clear(encoder);
    this.#begun = false;
    this.#launches.forEach(({ pipeline, x, y }, i) => {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#group, this.#offsets, i, 1);
      pass.dispatchWorkgroups(x, y);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ);
    const times = new BigUint64Array(staging.getMappedRange().slice(0));
    for (const resource of [querySet, resolved, staging]) resource.destroy();
    return profileOf(this.#program, (i) => Number(times[2 * i + 1] - times[2 * i]) / 1e6);
  }

  poison(): void {
    const { temporaryStart, size } = this.#program.plan;
    const { slabBytes, device } = this.#gpu;
    const chunk = new Uint32Array(1 << 18).fill(NAN_WORD);
    for (let at = temporaryStart; at < size; ) {
      const slabEnd = (Math.floor(at / slabBytes) + 1) * slabBytes;
      const end = Math.min(size, slabEnd, at + chunk.byteLength);
      const slab = this.#slabs[Math.floor(at / slabBytes)];
      device.queue.writeBuffer(slab, at % slabBytes, chunk, 0, (end - at) / 4);
      at = end;
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of [...this.#slabs, this.#arguments, ...[...this.#staging.values()].flat()]) {
      buffer.destroy();
    }
  }
}
