// The generator on the CPU, or on a device of choice.

import type { AsyncDevice } from '../runtime/async-device.ts';
import { type CpuOptions, openCpu } from '../runtime/cpu.ts';
import { type Batcher, type BatcherOptions, createBatcher } from './batcher.ts';
import { createAsyncGenerator, type Generator, type GeneratorModel } from './generation.ts';
import type { WeightSource } from './weights.ts';

export { type GenerateOptions, type Generation, type Generator, traceDecodingStep } from './generation.ts';

export type GeneratorOptions = GeneratorModel &
  BatcherOptions &
  Pick<CpuOptions, 'threads' | 'cacheDir'> & { readonly device?: 'cpu' };

/** The same for a device whose results come later; `webgpu` opens Dawn. */
export type AsyncGeneratorChoice = GeneratorModel & {
  readonly device: 'webgpu' | AsyncDevice;
  /** Matrices in binary16, where Dawn is opened here. */
  readonly halfWeights?: boolean;
};

const isAsync = (options: GeneratorOptions | AsyncGeneratorChoice): options is AsyncGeneratorChoice =>
  options.device !== undefined && options.device !== 'cpu';

/** Weights that are in memory already. */
export const sourceOf = ({ config, parameters }: GeneratorModel): WeightSource => ({
  config,
  floats(name) {
    const tensor = parameters.get(name);
    if (!tensor) throw new RangeError(`parameter ${name} is missing`);
    return tensor.data;
  },
});

/**
 * Throws (or rejects with) DeviceUnavailable where the device cannot be had, OutOfMemory where the model does not fit,
 * RangeError for a missing parameter.
 */
export function createGenerator(options: GeneratorOptions): Batcher;
export function createGenerator(options: AsyncGeneratorChoice): Promise<Generator>;
export function createGenerator(
  options: GeneratorOptions | AsyncGeneratorChoice,
): Batcher | Promise<Generator> {
  if (isAsync(options)) return laterGenerator(options);
  return openBatcher(sourceOf(options), options);
}

/** A server of generations on the CPU from any source of weights. */
export function openBatcher(
  source: WeightSource,
  options: BatcherOptions & Pick<CpuOptions, 'threads' | 'cacheDir'>,
): Batcher {
  const device = openCpu(options);
  try {
    return createBatcher(device, source, options);
  } catch (error) {
    device.dispose();
    throw error;
  }
}

async function laterGenerator(options: AsyncGeneratorChoice): Promise<Generator> {
  if (options.device !== 'webgpu') return createAsyncGenerator(options, options.device);
  const { openWebGpuInNode } = await import('../runtime/webgpu/node.ts');
  const { halfWeights } = options;
  return createAsyncGenerator(options, await openWebGpuInNode({ halfWeights }));
}
