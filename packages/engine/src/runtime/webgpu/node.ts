// WebGPU in Node through Dawn (npm `webgpu`). Nothing that a browser loads may import this file.

import { DeviceUnavailable } from '../device.ts';
import { openWebGpu, type WebGpuDevice, type WebGpuOptions } from './device.ts';

/** The instance is kept: Dawn's objects do not outlive it. */
let instance: GPU | undefined;

/** Dawn's entry point; `flags` are Dawn's own, such as `adapter=NAME`. */
export async function dawn(flags: readonly string[] = []): Promise<GPU> {
  if (instance) return instance;
  try {
    const { create } = await import('webgpu');
    instance = create([...flags]);
    return instance;
  } catch (error) {
    const why = (error as Error).message.split('\n', 1)[0];
    throw new DeviceUnavailable(`WebGPU does not load on this machine: ${why}`);
  }
}

/** The names that programs for browsers expect: GPUBufferUsage, GPUMapMode, the classes. */
export const dawnGlobals = async (): Promise<object> => (await import('webgpu')).globals;

/** Throws DeviceUnavailable with one line when there is no driver. */
export const openWebGpuInNode = async (options: WebGpuOptions = {}): Promise<WebGpuDevice> =>
  openWebGpu(await dawn(), options);
