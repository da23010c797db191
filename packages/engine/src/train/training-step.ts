// The training step as graph, and what the trainers of all devices share. Nothing here needs Node.

import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { betweenCheckpoints } from '../core/rematerialise.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { paramNodes, sequenceLogits } from '../models/model.ts';
import { type AdamWOptions, HYPER, hyperValues, optimizerStep, stateNames } from '../nn/optim.ts';
import { type LearningRateSchedule, learningRate } from '../nn/schedule.ts';
import type { Trace } from '../schedule/program.ts';
import { splitTokens } from './tokens.ts';

/**
 * What the backward pass computes again instead of keeping it: what costs less to compute than to store (activations of
 * the MLP, normalised rows), the default; or everything between the inputs of the model's blocks, which takes about a
 * fifth more arithmetic and keeps one input a layer. The bits of a step are the same.
 */
export type Rematerialise = 'cheap' | 'block';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What decides the bits of a training, on whatever device. */
export interface StepOptions {
  readonly config: ModelConfig;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly optimizer: AdamWOptions;
  readonly schedule: LearningRateSchedule;
  /** Batches of batchSize whose gradients are averaged before one update; default 1. */
  readonly accumulation?: number;
  /**
   * Processes that each compute batches of their own for one update; default 1. Loss and gradients of a process are its
   * share of the mean; what makes them whole is the sum of the accumulators over all processes, before the update.
   */
  readonly ranks?: number;
  /** Weight of the squared log-sum-exp of the logits, which keeps them from drifting; default 0, usual 1e-4. */
  readonly zLoss?: number;
  /** Default cheap. */
  readonly rematerialise?: Rematerialise;
  /** Seed of the initial weights. */
  readonly seed: number;
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

/** Where the gradient of a parameter is summed up over the batches of a step. */
const gradientSum = (name: string) => `${name}#g`;
const LOSS_SUM = 'loss#sum';

/** sum + g, taken apart so that each product and scatter in g takes the sum up as it is computed. */
function accumulate(b: GraphBuilder, sum: Node, g: Node): Node {
  if (g.op !== 'add') return b.add(sum, g);
  return g.inputs.reduce((total, part) => accumulate(b, total, part), sum);
}

/**
 * The traced training step: outputs loss [1] and gradNorm [1], updates of parameters and moments. With accumulation or ranks the
 * trace is of one batch, whose gradients are added to accumulators, and of the update: its memory and the time to compile
 * it are those of one batch, however many follow each other. The sum is the residual of the products that make gradients.
 */
export function traceTrainingStep(options: Omit<StepOptions, 'schedule' | 'seed'>): Trace {
  const {
    config,
    batchSize,
    sequenceLength,
    accumulation = 1,
    ranks = 1,
    zLoss = 0,
    rematerialise,
  } = options;
  const share = 1 / (accumulation * ranks);
  const b = new GraphBuilder();
  const model = modelOf(config);
  const parameters = paramNodes(b, model);
  const logits = sequenceLogits(b, model, parameters, b.param('inputs', [batchSize, sequenceLength], 'i32'));
  const targets = b.param('targets', [batchSize * sequenceLength], 'i32');
  const entropy = b.apply('cross_entropy', [logits, targets]);
  let loss = b.mul(b.mean(b.pick(entropy, 0)), share);
  const lse = b.pick(entropy, 1);
  const objective = zLoss > 0 ? b.add(loss, b.mul(b.mean(b.mul(lse, lse)), zLoss * share)) : loss;
  const again = rematerialise === 'block' ? betweenCheckpoints(b) : undefined;
  let grads = gradients(b, objective, [...parameters.values()], again);
  const accumulators = new Map<string, Node>();
  if (accumulation * ranks > 1) {
    grads = model.parameters.map(({ name, shape }, i) =>
      accumulate(b, b.param(gradientSum(name), shape), grads[i]),
    );
    loss = b.add(b.param(LOSS_SUM, loss.shape), loss);
    model.parameters.forEach(({ name }, i) => {
      accumulators.set(gradientSum(name), grads[i]);
    });
    accumulators.set(LOSS_SUM, loss);
  }
  const { updates, gradNorm } = optimizerStep(b, model.parameters, parameters, grads, options.optimizer);
  const outputs = new Map([
    ['loss', loss],
    ['gradNorm', gradNorm],
  ]);
  return { builder: b, outputs, updates, accumulators };
}

/** Shapes of everything a step replaces, by name: parameters and the optimiser's state. */
export function stateShapes({ config, optimizer }: StepOptions): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const info of modelOf(config).parameters) {
    for (const tensor of [info.name, ...stateNames(info, optimizer)]) shapes.set(tensor, info.shape);
  }
  return shapes;
}

/** What a step needs of a program, on any device. */
export interface SteppedProgram {
  write(param: string, values: Float32Array | Int32Array): void;
  accumulate(): void;
}

/**
 * Brings a program to the last batch of its `step`-th step (from 1): what is left is one run. Returns the learning rate.
 * @throws RangeError for a wrong batch, before anything is written
 */
export function beginStep(
  program: SteppedProgram,
  options: StepOptions,
  tokens: Int32Array,
  step: number,
): number {
  const { config, batchSize, sequenceLength, optimizer, schedule, accumulation = 1 } = options;
  const { inputs, targets } = splitTokens(tokens, accumulation * batchSize, sequenceLength, config.vocabSize);
  const rate = learningRate(optimizer.learningRate, schedule, step);
  program.write(HYPER, hyperValues(rate, step, optimizer));
  const size = batchSize * sequenceLength;
  for (let i = 0; i < accumulation; i++) {
    if (i > 0) program.accumulate();
    program.write('inputs', inputs.subarray(i * size, (i + 1) * size));
    program.write('targets', targets.subarray(i * size, (i + 1) * size));
  }
  return rate;
}

/** Throws RangeError when a tensor is missing or has another shape. */
export function checkState(state: TrainerState, shapes: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, shape] of shapes) {
    const tensor = state.tensors.get(name);
    if (!tensor) throw new RangeError(`the state has no tensor ${name}`);
    if (`${tensor.shape}` !== `${shape}`)
      throw new RangeError(`${name} is [${tensor.shape}], not [${shape}]`);
  }
}
