// The generator on the CPU, or on a device of choice.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AsyncDevice } from '../runtime/async-device.ts';
import { openCpu } from '../runtime/cpu.ts';
import {
  createAsyncGenerator,
  type Generator,
  type GeneratorModel,
  generatorOf,
  traceDecodingStep,
  writeParameters,
} from './generation.ts';

export { type GenerateOptions, type Generation, type Generator, traceDecodingStep } from './generation.ts';

export interface GeneratorOptions extends GeneratorModel {
  readonly threads?: number;
  readonly cacheDir?: string;
  readonly device?: 'cpu';
}

/** The same for a device whose results come later; `webgpu` opens Dawn. */
export type AsyncGeneratorChoice = GeneratorModel & { readonly device: 'webgpu' | AsyncDevice };

const isAsync = (options: GeneratorOptions | AsyncGeneratorChoice): options is AsyncGeneratorChoice =>
  options.device !== undefined && options.device !== 'cpu';

/** Throws (or rejects with) DeviceUnavailable where the device cannot be had, RangeError for a missing parameter. */
export function createGenerator(options: GeneratorOptions): Generator;
export function createGenerator(options: AsyncGeneratorChoice): Promise<Generator>;
export function createGenerator(
  options: GeneratorOptions | AsyncGeneratorChoice,
): Generator | Promise<Generator> {
  if (isAsync(options)) return laterGenerator(options);
  const device = openCpu(options);
  const program = device.compile(traceDecodingStep(options.config));
  writeParameters(program, options);
  return generatorOf(
    program,
    options.config,
    () => device.dispose(),
    () => nextTurn(),
  );
}

async function laterGenerator(options: AsyncGeneratorChoice): Promise<Generator> {
  if (options.device !== 'webgpu') return createAsyncGenerator(options, options.device);
  const { openWebGpuInNode } = await import('../runtime/webgpu/node.ts');
  return createAsyncGenerator(options, await openWebGpuInNode());
}
