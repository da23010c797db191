// Opens WebGPU: the same code for the browser's `navigator.gpu` and for Dawn in Node (node.ts). Asks for what the
// adapter offers and the engine can use; everything works without any of it.

/// <reference types="@webgpu/types" />

import { DeviceUnavailable } from '../device.ts';
import { subgroupsAreLinear } from './probe-subgroups.ts';

export interface WebGpuOptions {
  /** False leaves subgroups or half precision unused although the adapter offers them (for tests). */
  readonly subgroups?: boolean;
  readonly f16?: boolean;
  /** True keeps tiles of matrix products in half precision where the device can; sums stay float32. */
  readonly halfTiles?: boolean;
  /** True keeps matrices that decoding only reads in binary16: half the memory traffic. Needs no feature of the device. */
  readonly halfWeights?: boolean;
  /** Kernels that compile quickly instead of kernels that run quickly; default: on software adapters. */
  readonly simple?: boolean;
  /** Caps the bytes bound at once, below what the adapter allows (for tests). */
  readonly slabBytes?: number;
}

export interface OpenedGpu {
  readonly device: GPUDevice;
  readonly description: string;
  readonly isSoftware: boolean;
  readonly subgroupSize: number;
  readonly f16: boolean;
  readonly timestamps: boolean;
  /** Bytes of shared memory of a workgroup. */
  readonly workgroupBytes: number;
  /** Most bytes of one binding, a multiple of 256. */
  readonly slabBytes: number;
}

const WANTED: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];
const LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize'] as const;
/** Offsets of elements travel as signed 32-bit words. */
const MOST_SLAB_BYTES = 4 * (2 ** 30 - 64);

/** Throws DeviceUnavailable with one line when there is no adapter or it refuses a device. */
export async function openGpu(gpu: GPU, options: WebGpuOptions = {}): Promise<OpenedGpu> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new DeviceUnavailable(
      'WebGPU found no adapter: install a driver with Vulkan, Metal or Direct3D 12, or train on the CPU.',
    );
  }
  const refused = new Set([
    options.subgroups === false ? 'subgroups' : '',
    options.f16 === false ? 'shader-f16' : '',
  ]);
  const requiredFeatures = WANTED.filter((name) => adapter.features.has(name) && !refused.has(name));
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits }).catch((error: Error) => {
    throw new DeviceUnavailable(`The WebGPU adapter refused a device: ${firstLine(error.message)}`);
  });
  const { info } = adapter;
  const offered = Math.min(
    device.limits.maxStorageBufferBindingSize,
    device.limits.maxBufferSize,
    options.slabBytes ?? MOST_SLAB_BYTES,
    MOST_SLAB_BYTES,
  );
  const subgroups = device.features.has('subgroups');
  const least = subgroups ? Math.max(1, info.subgroupMinSize ?? 1) : 1;
  return {
    device,
    description: [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' '),
    isSoftware: info.isFallbackAdapter || /swiftshader|llvmpipe|software|basic render/i.test(describe(info)),
    subgroupSize: least > 1 && (await subgroupsAreLinear(device, least)) ? least : 1,
    f16: device.features.has('shader-f16'),
    workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
    timestamps: device.features.has('timestamp-query'),
    slabBytes: Math.floor(offered / 256) * 256,
  };
}

const describe = (info: GPUAdapterInfo) => `${info.vendor} ${info.architecture} ${info.description}`;

export const firstLine = (text: string): string => text.split('\n', 1)[0].trim();
