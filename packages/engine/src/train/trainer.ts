// Pretraining: the whole step (forward, backward, clipping, optimiser) traced and compiled once, then
// replayed. Given config, seed and batches, every step has the same bits on any number of threads.

import { initialParameters, modelOf } from '../models/families.ts';
import type { AsyncDevice } from '../runtime/async-device.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device, Executable, LaunchProfile } from '../runtime/device.ts';
import { type AsyncTrainer, createAsyncTrainer } from './async-trainer.ts';
import {
  beginStep,
  checkState,
  type StepOptions,
  type StepResult,
  stateShapes,
  type Tensor,
  type TrainerState,
  traceTrainingStep,
} from './training-step.ts';

export type { AsyncTrainer } from './async-trainer.ts';
export { type StepResult, type Tensor, type TrainerState, traceTrainingStep } from './training-step.ts';

export interface TrainerOptions extends StepOptions {
  /** Threads of a step, the caller included; default: the number of cores. */
  readonly threads?: number;
  /** Where compiled kernels are kept; default ~/.cache/tsudoi/kernels. */
  readonly cacheDir?: string;
  /** Runs the steps; the trainer gives an opened one back. Default: the CPU. */
  readonly device?: Device | 'cpu';
}

export interface Trainer {
  /** One update from tokens [accumulation * batchSize, sequenceLength + 1], row-major. Synchronous. */
  step(tokens: Int32Array): StepResult;
  /** A copy of everything a later `restore` needs to go on with the same bits. */
  state(): TrainerState;
  /** Throws RangeError when a tensor is missing or has another shape; nothing is changed then. */
  restore(state: TrainerState): void;
  /** A copy of the parameters by their Hugging Face names. */
  parameters(): Map<string, Tensor>;
  /** Runs one update and reports the time of every kernel (for benchmarks). */
  profile(tokens: Int32Array): LaunchProfile[];
  readonly arenaBytes: number;
  dispose(): void;
}

/** The same options for a device whose results come later; `webgpu` opens Dawn. */
export type AsyncTrainerChoice = Omit<TrainerOptions, 'device'> & { readonly device: 'webgpu' | AsyncDevice };

const isAsync = (options: TrainerOptions | AsyncTrainerChoice): options is AsyncTrainerChoice =>
  options.device === 'webgpu' || (typeof options.device === 'object' && 'lost' in options.device);

/**
 * Compiles the step and initialises the weights. Throws (or rejects with) DeviceUnavailable where the device cannot
 * be had: no C compiler, no WebGPU adapter.
 */
export function createTrainer(options: TrainerOptions): Trainer;
export function createTrainer(options: AsyncTrainerChoice): Promise<AsyncTrainer>;
export function createTrainer(options: TrainerOptions | AsyncTrainerChoice): Trainer | Promise<AsyncTrainer> {
  return isAsync(options) ? laterTrainer(options) : trainerNow(options);
}

async function laterTrainer(options: AsyncTrainerChoice): Promise<AsyncTrainer> {
  if (options.device !== 'webgpu') return createAsyncTrainer({ ...options, device: options.device });
  const { openWebGpuInNode } = await import('../runtime/webgpu/node.ts');
  return createAsyncTrainer({ ...options, device: await openWebGpuInNode() });
}

function trainerNow(options: TrainerOptions): Trainer {
  const device = typeof options.device === 'object' ? options.device : openCpu(options);
  const { program, begin, end, ...rest } = openStep(options, device);
  return {
    ...rest,
    step(tokens) {
      const rate = begin(tokens);
      program.run();
      return end(rate);
    },
  };
}

/** A compiled step with fresh weights, and all that a trainer does with it except stepping. The device is given back. */
export function openStep<P extends Executable>(
  options: TrainerOptions,
  device: { compile(...of: Parameters<Device['compile']>): P; dispose(): void },
) {
  const { config } = options;
  const shapes = stateShapes(options);
  const infos = modelOf(config).parameters;
  const program = device.compile(traceTrainingStep(options));
  for (const [name, values] of initialParameters(config, options.seed)) program.write(name, values);
  let steps = 0;

  /** All but the last batch of a step; the learning rate. */
  const begin = (tokens: Int32Array) => beginStep(program, options, tokens, steps + 1);
  const read = (names: Iterable<string>) =>
    new Map([...names].map((name) => [name, { shape: shapes.get(name)!, data: program.read(name) }]));

  return {
    program,
    begin,
    /** After the update. */
    end(learningRate: number): StepResult {
      steps++;
      const [loss, gradNorm] = ['loss', 'gradNorm'].map((name) => program.read(name)[0]);
      return { step: steps, loss, gradNorm, learningRate };
    },
    arenaBytes: program.arenaBytes,
    profile(tokens: Int32Array): LaunchProfile[] {
      begin(tokens);
      steps++;
      return program.profile();
    },
    state: (): TrainerState => ({ step: steps, tensors: read(shapes.keys()) }),
    restore(state: TrainerState) {
      checkState(state, shapes);
      for (const name of shapes.keys()) program.write(name, state.tensors.get(name)!.data);
      steps = state.step;
    },
    parameters: () => read(infos.map((p) => p.name)),
    dispose: () => device.dispose(),
  };
}
