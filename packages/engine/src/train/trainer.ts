// Pretraining: the whole step (forward, backward, clipping, optimiser) traced and compiled once, then
// replayed. Given config, seed and batches, every step has the same bits on any number of threads.

import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { initialParameters, type ModelConfig, modelOf } from '../models/families.ts';
import { paramNodes, sequenceLogits } from '../models/model.ts';
import { type AdamWOptions, HYPER, hyperValues, optimizerStep, stateNames } from '../nn/optim.ts';
import { type LearningRateSchedule, learningRate } from '../nn/schedule.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device, LaunchProfile } from '../runtime/device.ts';
import type { Trace } from '../schedule/program.ts';
import { splitTokens } from './tokens.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TrainerOptions {
  readonly config: ModelConfig;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly optimizer: AdamWOptions;
  readonly schedule: LearningRateSchedule;
  /** Batches of batchSize whose gradients are averaged before one update; default 1. */
  readonly accumulation?: number;
  /** Weight of the squared log-sum-exp of the logits, which keeps them from drifting; default 0, usual 1e-4. */
  readonly zLoss?: number;
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Threads of a step, the caller included; default: the number of cores. */
  readonly threads?: number;
  /** Where compiled kernels are kept; default ~/.cache/tsudoi/kernels. */
  readonly cacheDir?: string;
  /** Runs the steps; the trainer gives it back. Default: the CPU. */
  readonly device?: Device;
}

export interface StepResult {
  /** 1 for the first step. */
  readonly step: number;
  /** Mean cross-entropy of the batch before the update, in nats; without z-loss. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
}

export interface TrainerState {
  readonly step: number;
  /** Parameters by their Hugging Face names, moments with the suffixes #m and #v. */
  readonly tensors: ReadonlyMap<string, Tensor>;
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

type StepOptions = Pick<
  TrainerOptions,
  'config' | 'batchSize' | 'sequenceLength' | 'optimizer' | 'accumulation' | 'zLoss'
>;

const part = (name: string, i: number) => (i === 0 ? name : `${name}.${i}`);

/**
 * The traced training step: outputs loss [1] and gradNorm [1], updates of parameters and moments. With accumulation
 * the batches follow each other in one program: each reuses the memory of the one before, and the sum of gradients
 * is the residual of the matrix products that make them.
 */
export function traceTrainingStep(options: StepOptions): Trace {
  const { config, batchSize, sequenceLength, accumulation = 1, zLoss = 0 } = options;
  const b = new GraphBuilder();
  const model = modelOf(config);
  const parameters = paramNodes(b, model);
  let total: Node | undefined;
  let sums: Node[] = [];
  for (let i = 0; i < accumulation; i++) {
    const ids = b.param(part('inputs', i), [batchSize, sequenceLength], 'i32');
    const logits = sequenceLogits(b, model, parameters, ids);
    const targets = b.param(part('targets', i), [batchSize * sequenceLength], 'i32');
    const entropy = b.apply('cross_entropy', [logits, targets]);
    const loss = b.mul(b.mean(b.pick(entropy, 0)), 1 / accumulation);
    const lse = b.pick(entropy, 1);
    const objective = zLoss > 0 ? b.add(loss, b.mul(b.mean(b.mul(lse, lse)), zLoss / accumulation)) : loss;
    const grads = gradients(b, objective, [...parameters.values()]);
    sums = grads.map((g, k) => (i === 0 ? g : b.add(sums[k], g)));
    total = total ? b.add(total, loss) : loss;
  }
  const { updates, gradNorm } = optimizerStep(b, model.parameters, parameters, sums, options.optimizer);
  const outputs = new Map([
    ['loss', total!],
    ['gradNorm', gradNorm],
  ]);
  return { builder: b, outputs, updates };
}

/** Compiles the step and initialises the weights. Throws DeviceUnavailable without a C compiler. */
export function createTrainer(options: TrainerOptions): Trainer {
  const { config, batchSize, sequenceLength, optimizer, schedule, accumulation = 1 } = options;
  const shapes = new Map<string, readonly number[]>();
  const infos = modelOf(config).parameters;
  for (const info of infos) {
    for (const tensor of [info.name, ...stateNames(info, optimizer)]) shapes.set(tensor, info.shape);
  }
  const device = options.device ?? openCpu(options);
  const program = device.compile(traceTrainingStep(options));
  for (const [name, values] of initialParameters(config, options.seed)) program.write(name, values);
  let steps = 0;

  const prepare = (tokens: Int32Array) => {
    const rows = accumulation * batchSize;
    const { inputs, targets } = splitTokens(tokens, rows, sequenceLength, config.vocabSize);
    const rate = learningRate(optimizer.learningRate, schedule, steps + 1);
    const size = batchSize * sequenceLength;
    for (let i = 0; i < accumulation; i++) {
      program.write(part('inputs', i), inputs.subarray(i * size, (i + 1) * size));
      program.write(part('targets', i), targets.subarray(i * size, (i + 1) * size));
    }
    program.write(HYPER, hyperValues(rate, steps + 1, optimizer));
    return rate;
  };
  const read = (names: Iterable<string>) =>
    new Map([...names].map((name) => [name, { shape: shapes.get(name)!, data: program.read(name) }]));

  return {
    arenaBytes: program.arenaBytes,
    step(tokens) {
      const rate = prepare(tokens);
      program.run();
      steps++;
      const [loss, gradNorm] = ['loss', 'gradNorm'].map((name) => program.read(name)[0]);
      return { step: steps, loss, gradNorm, learningRate: rate };
    },
    profile(tokens) {
      prepare(tokens);
      steps++;
      return program.profile();
    },
    state: () => ({ step: steps, tensors: read(shapes.keys()) }),
    restore(state) {
      for (const [name, shape] of shapes) {
        const tensor = state.tensors.get(name);
        if (!tensor) throw new RangeError(`the state has no tensor ${name}`);
        if (`${tensor.shape}` !== `${shape}`)
          throw new RangeError(`${name} is [${tensor.shape}], not [${shape}]`);
      }
      for (const name of shapes.keys()) program.write(name, state.tensors.get(name)!.data);
      steps = state.step;
    },
    parameters: () => read(infos.map((p) => p.name)),
    dispose: () => device.dispose(),
  };
}
