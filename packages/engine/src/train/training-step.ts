// The training step as graph, and what the trainers of all devices share. Nothing here needs Node.

import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { paramNodes, sequenceLogits } from '../models/model.ts';
import { type AdamWOptions, HYPER, hyperValues, optimizerStep, stateNames } from '../nn/optim.ts';
import { type LearningRateSchedule, learningRate } from '../nn/schedule.ts';
import type { Trace } from '../schedule/program.ts';
import { splitTokens } from './tokens.ts';

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
  /** Weight of the squared log-sum-exp of the logits, which keeps them from drifting; default 0, usual 1e-4. */
  readonly zLoss?: number;
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

const part = (name: string, i: number) => (i === 0 ? name : `${name}.${i}`);

/** sum + g, taken apart so that each product and scatter in g takes the sum up as it is computed. */
function accumulate(b: GraphBuilder, sum: Node, g: Node): Node {
  if (g.op !== 'add') return b.add(sum, g);
  return g.inputs.reduce((total, part) => accumulate(b, total, part), sum);
}

/**
 * The traced training step: outputs loss [1] and gradNorm [1], updates of parameters and moments. With accumulation
 * the batches follow each other in one program: each reuses most of the memory of the one before, and the sum of gradients
 * is the residual of the matrix products that make them.
 */
export function traceTrainingStep(options: Omit<StepOptions, 'schedule' | 'seed'>): Trace {
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
    sums = grads.map((g, k) => (i === 0 ? g : accumulate(b, sums[k], g)));
    total = total ? b.add(total, loss) : loss;
  }
  const { updates, gradNorm } = optimizerStep(b, model.parameters, parameters, sums, options.optimizer);
  const outputs = new Map([
    ['loss', total!],
    ['gradNorm', gradNorm],
  ]);
  return { builder: b, outputs, updates };
}

/** Shapes of everything a step replaces, by name: parameters and the optimiser's state. */
export function stateShapes({ config, optimizer }: StepOptions): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const info of modelOf(config).parameters) {
    for (const tensor of [info.name, ...stateNames(info, optimizer)]) shapes.set(tensor, info.shape);
  }
  return shapes;
}

/** Gives a program what it reads in its `step`-th step (from 1); returns the learning rate. */
export function writeStepInputs(
  program: { write(param: string, values: Float32Array | Int32Array): void },
  options: StepOptions,
  tokens: Int32Array,
  step: number,
): number {
  const { config, batchSize, sequenceLength, optimizer, schedule, accumulation = 1 } = options;
  const rows = accumulation * batchSize;
  const { inputs, targets } = splitTokens(tokens, rows, sequenceLength, config.vocabSize);
  const rate = learningRate(optimizer.learningRate, schedule, step);
  const size = batchSize * sequenceLength;
  for (let i = 0; i < accumulation; i++) {
    program.write(part('inputs', i), inputs.subarray(i * size, (i + 1) * size));
    program.write(part('targets', i), targets.subarray(i * size, (i + 1) * size));
  }
  program.write(HYPER, hyperValues(rate, step, optimizer));
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
