// A trainer on the device a person names, and that device's measured roof. Devices are loaded only when asked for.

import { GraphBuilder } from '../core/builder.ts';
import type { AsyncDevice } from '../runtime/async-device.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device, LaunchProfile } from '../runtime/device.ts';
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

const SIZE = 1024;
const ROUNDS = 12;
/** A device that is this slow needs no better figure. */
const LONGEST_MS = 1000;

function productTrace() {
  const builder = new GraphBuilder();
  const product = builder.matmul(builder.param('a', [SIZE, SIZE]), builder.param('b', [SIZE, SIZE]));
  // A second product keeps a device's queue from measuring one launch alone.
  return { builder, outputs: new Map([['c', builder.matmul(product, builder.param('b', [SIZE, SIZE]))]]) };
}

const FLOPS = 2 * 2 * SIZE ** 3;

/** Flops per second of matrix products, the best of several rounds: what a step is measured against. */
export async function measureRoof(
  name: DeviceName,
  options: Pick<Options, 'threads' | 'cacheDir'>,
): Promise<number> {
  const device = await openDevice(name, options);
  try {
    const program = await device.compile(productTrace());
    const values = new Float32Array(SIZE * SIZE).fill(0.5);
    program.write('a', values);
    program.write('b', values);
    let best = Number.POSITIVE_INFINITY;
    const begin = performance.now();
    for (let round = 0; round < ROUNDS && performance.now() - begin < LONGEST_MS; round++) {
      const startedAt = performance.now();
      program.run();
      if ('idle' in program) await program.idle();
      else if (name === 'cuda') program.read('c');
      best = Math.min(best, performance.now() - startedAt);
    }
    return FLOPS / (best / 1000);
  } finally {
    device.dispose();
  }
}

async function openDevice(
  name: DeviceName,
  options: Pick<Options, 'threads' | 'cacheDir'>,
): Promise<Device | AsyncDevice> {
  if (name === 'cpu') return openCpu(options);
  if (name === 'cuda')
    return (await import('../runtime/cuda/cuda.ts')).openCuda({ cacheDir: options.cacheDir });
  return (await import('../runtime/webgpu/node.ts')).openWebGpuInNode();
}
