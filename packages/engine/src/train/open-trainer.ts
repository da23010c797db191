// A trainer on the device a person names. Devices are loaded only when asked for.

import type { LaunchProfile } from '../runtime/device.ts';
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

type Options = Omit<TrainerOptions, 'device'>;

/** Throws DeviceUnavailable with one line when the machine has no such device. */
export async function openTrainer(name: DeviceName, options: Options): Promise<OpenedTrainer> {
  if (name === 'cpu') return createTrainer(options);
  if (name === 'cuda') {
    const { openCuda } = await import('../runtime/cuda/cuda.ts');
    return createTrainer({ ...options, device: openCuda({ cacheDir: options.cacheDir }) });
  }
  const { openWebGpuInNode } = await import('../runtime/webgpu/node.ts');
  const { createAsyncTrainer } = await import('./async-trainer.ts');
  return createAsyncTrainer({ ...options, device: await openWebGpuInNode() });
}
