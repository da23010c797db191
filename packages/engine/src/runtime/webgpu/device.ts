// The WebGPU backend: compiles traced steps for the browser's or Dawn's device.

/// <reference types="@webgpu/types" />

import { halfParams } from '../../kernels/wgsl/half-params.ts';
import { takesEpilogue } from '../../kernels/wgsl/template.ts';
import { type WgslTemplateOptions, wgslTemplates } from '../../kernels/wgsl/templates.ts';
import { wgslDialect } from '../../print/dialects/wgsl.ts';
import { printGpuKernel } from '../../print/gpu-kernel.ts';
import type { BackendTarget } from '../../schedule/emitter.ts';
import { BufferTooLarge } from '../../schedule/plan.ts';
import { type CompileOptions, compileProgram, type Trace } from '../../schedule/program.ts';
import type { AsyncDevice, AsyncExecutable } from '../async-device.ts';
import { DeviceUnavailable } from '../device.ts';
import { firstLine, type OpenedGpu, openGpu, type WebGpuOptions } from './open.ts';
import { WebGpuExecutable } from './program.ts';

export type { WebGpuOptions } from './open.ts';

export interface WebGpuDevice extends AsyncDevice {
  /** What the kernels use of it. */
  readonly features: { readonly subgroupSize: number; readonly f16: boolean };
}

/** What the compiler needs to know of a device. */
export function webGpuTarget(
  gpu: Pick<OpenedGpu, 'subgroupSize' | 'f16' | 'slabBytes' | 'workgroupBytes'>,
  options: WgslTemplateOptions & Pick<WebGpuOptions, 'halfWeights'> = {},
): BackendTarget {
  const dialect = wgslDialect(gpu);
  return {
    templates: wgslTemplates(gpu, options),
    takesEpilogue,
    print: (kernel) => printGpuKernel(kernel, dialect),
    slabBytes: gpu.slabBytes,
    ...(options.halfWeights ? { halfParams } : {}),
  };
}

/** Opens `navigator.gpu` or its like. Throws DeviceUnavailable with one line when nothing can be had. */
export async function openWebGpu(gpu: GPU | undefined, options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  if (!gpu) {
    throw new DeviceUnavailable(
      'WebGPU is missing here: use a recent Chrome, Edge, Safari or Firefox over https or localhost.',
    );
  }
  const opened = await openGpu(gpu, options);
  const { device } = opened;
  const executables = new Set<AsyncExecutable>();
  let failure: string | undefined;
  let disposed = false;
  const lost = new Promise<string>((resolve) => {
    void device.lost.then((info) => {
      if (disposed) return;
      failure = `The GPU was lost (${firstLine(info.message) || info.reason}): start again from the last checkpoint.`;
      resolve(failure);
    });
  });
  device.addEventListener('uncapturederror', (event) => {
    failure ??= `WebGPU refused a command: ${firstLine((event as GPUUncapturedErrorEvent).error.message)}`;
  });
  const health = () => {
    if (failure) throw new DeviceUnavailable(failure);
  };
  const target = webGpuTarget(opened, { simple: opened.isSoftware, ...options });
  return {
    name: 'webgpu',
    description: opened.description,
    isSoftware: opened.isSoftware,
    features: { subgroupSize: opened.subgroupSize, f16: opened.f16 },
    lost,
    async compile(trace: Trace, compileOptions: CompileOptions = {}) {
      health();
      const program = compileOrExplain(trace, target, compileOptions);
      const executable = await WebGpuExecutable.create(opened, program, health);
      executables.add(executable);
      return executable;
    },
    dispose() {
      disposed = true;
      for (const executable of executables) executable.dispose();
      device.destroy();
    },
  };
}

function compileOrExplain(trace: Trace, target: BackendTarget, options: CompileOptions) {
  try {
    return compileProgram(trace, target, options);
  } catch (error) {
    if (error instanceof BufferTooLarge) throw new DeviceUnavailable(error.message);
    throw error;
  }
}
