// A trainer on the device a person names. Devices are loaded only when asked for.

import type { PretrainSettings } from '@tsudoi/schema';
import { DeviceUnavailable, type LaunchProfile } from '../runtime/device.ts';
import type { RankGroup } from './ranks/group.ts';
import type { SteppingTrainer } from './run.ts';
import { createTrainer, type Tensor, type TrainerOptions } from './trainer.ts';

export const deviceNames = ['cpu', 'webgpu', 'cuda'] as const;
export type DeviceName = (typeof deviceNames)[number];

export interface OpenedTrainer extends SteppingTrainer {
  parameters(): Map<string, Tensor> | Promise<Map<string, Tensor>>;
  profile(tokens: Int32Array): LaunchProfile[] | Promise<LaunchProfile[]>;
  readonly arenaBytes: number;
  dispose(): void;
}

type Options = Omit<TrainerOptions, 'device'> & { readonly precision?: PretrainSettings['precision'] };

/** Throws DeviceUnavailable where a device has not the precision. */
export function requirePrecision(
  name: DeviceName,
  precision: PretrainSettings['precision'] = 'float32',
): void {
  if (precision === 'float32' || name === 'cuda') return;
  throw new DeviceUnavailable(
    `precision ${precision} needs a CUDA device (--device cuda); ${name} computes in float32`,
  );
}

/**
 * `group` makes it one of several processes that train together, on the CPU or with a GPU each.
 * Throws DeviceUnavailable with one line when the machine has no such device.
 */
export async function openTrainer(
  name: DeviceName,
  options: Options,
  group?: RankGroup,
): Promise<OpenedTrainer> {
  requirePrecision(name, options.precision);
  const precision = options.precision === 'bfloat16' ? 'bf16' : 'f32';
  if (group && name !== 'webgpu') {
    const { createCpuRank, createCudaRank } = await import('./ranks/trainer.ts');
    return name === 'cpu' ? createCpuRank(options, group) : createCudaRank(options, group, { precision });
  }
  if (name === 'cpu') return createTrainer(options);
  if (name === 'cuda') {
    const { openCuda } = await import('../runtime/cuda/cuda.ts');
    return createTrainer({ ...options, device: openCuda({ cacheDir: options.cacheDir, precision }) });
  }
  const { openWebGpuInNode } = await import('../runtime/webgpu/node.ts');
  const { createAsyncTrainer } = await import('./async-trainer.ts');
  return createAsyncTrainer({ ...options, device: await openWebGpuInNode() });
}
