// From the program's launches to modules and pipelines: where each tensor is, and the kernel that knows it.

/// <reference types="@webgpu/types" />

import { COPY_KERNEL, COPY_TILE } from '../../kernels/wgsl/copy.ts';
import { argumentWords, bindSlots } from '../../print/dialects/wgsl.ts';
import type { Launch } from '../../schedule/launch.ts';
import type { Program } from '../../schedule/program.ts';
import { DeviceUnavailable } from '../device.ts';
import { firstLine, type OpenedGpu } from './open.ts';

export interface Place {
  readonly slab: number;
  /** Bytes from the start of the slab. */
  readonly offset: number;
}

/** The kernel's text without memory: of the program, or of the runtime's own copy. */
const textOf = (program: Program, launch: Launch) => program.kernels.get(launch.symbol) ?? COPY_KERNEL;

/** Workgroups of a launch. */
export const groupsOf = (launch: Launch): number =>
  launch.symbol === 'ts_copy'
    ? Math.ceil((launch.args[2] as { value: number }).value / COPY_TILE)
    : launch.tasks;

export function placeOf(gpu: OpenedGpu, program: Program, buffer: string): Place {
  const at = program.plan.offsets.get(buffer);
  if (at === undefined) throw new Error(`buffer ${buffer} has no place in the arena`);
  return { slab: Math.floor(at / gpu.slabBytes), offset: at % gpu.slabBytes };
}

/** The module of a launch: its kernel with every slot in the slab where the plan put its buffer. */
export function boundText(gpu: OpenedGpu, program: Program, launch: Launch): string {
  const slabs = launch.args.map((arg) =>
    arg.kind === 'buffer' ? placeOf(gpu, program, arg.buffer).slab : 0,
  );
  const text = textOf(program, launch);
  if (argumentWords(text) !== launch.args.length) {
    throw new Error(`${launch.symbol} takes ${argumentWords(text)} arguments, got ${launch.args.length}`);
  }
  return bindSlots(text, slabs);
}

/** One pipeline per distinct module, compiled side by side. */
export async function compileAll(
  gpu: OpenedGpu,
  program: Program,
  layout: GPUBindGroupLayout,
): Promise<Map<string, GPUComputePipeline>> {
  const { device } = gpu;
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const modules = new Map(program.launches.map((launch) => [boundText(gpu, program, launch), launch.symbol]));
  device.pushErrorScope('validation');
  const made = [...modules].map(([code, symbol]) => ({
    code,
    symbol,
    module: device.createShaderModule({ code, label: symbol }),
  }));
  const compiled = made.map(async ({ code, symbol, module }) => {
    try {
      const compute = { module, entryPoint: 'main' };
      return [code, await device.createComputePipelineAsync({ layout: pipelineLayout, compute })] as const;
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const why = messages.find((m) => m.type === 'error')?.message ?? (error as Error).message;
      throw new DeviceUnavailable(`WebGPU refused the kernel ${symbol}: ${firstLine(why)}`);
    }
  });
  // A refused module is told of by its pipeline; here it must only not count as a failure of the device.
  const [pipelines] = await Promise.all([Promise.all(compiled), device.popErrorScope()]);
  return new Map(pipelines);
}
