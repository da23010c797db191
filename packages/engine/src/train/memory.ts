// How much memory a training needs at least, known before anything is allocated or compiled.

import { elementsOf } from '../models/config.ts';
import type { ModelConfig } from '../models/families.ts';
import { modelOf } from '../models/families.ts';
import { type AdamWOptions, stateNames } from '../nn/optim.ts';
import type { Rematerialise } from './training-step.ts';

export interface MemoryEstimate {
  /** Weights and what the optimiser keeps, bytes. */
  readonly state: number;
  /** Gradients, bytes. */
  readonly gradients: number;
  /** What the backward pass needs of the forward pass at once, bytes. */
  readonly activations: number;
  readonly total: number;
}

const FLOAT = 4;

/**
 * A lower bound: every layer keeps at least its two inputs to the norms, query, key, value and output of attention and
 * one side of the MLP, or where blocks are computed again its input only, with all of one layer at a time; the head keeps
 * the logits.
 */
export function estimateMemory(options: {
  readonly config: ModelConfig;
  readonly optimizer: AdamWOptions;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly rematerialise?: Rematerialise;
}): MemoryEstimate {
  const { config, optimizer, batchSize, sequenceLength, rematerialise } = options;
  const { parameters, attention } = modelOf(config);
  const weights = parameters.reduce((n, p) => n + elementsOf(p.shape), 0);
  const kept = parameters.reduce((n, p) => n + elementsOf(p.shape) * stateNames(p, optimizer).length, 0);
  const rows = batchSize * sequenceLength;
  const heads = (2 * attention.heads + 2 * attention.keyValueHeads) * attention.headSize;
  const layer = 2 * config.hiddenSize + heads + config.intermediateSize;
  const layers = rematerialise === 'block' ? config.layers * config.hiddenSize : config.layers * layer;
  // The logits are gone before the first block is computed again.
  const perRow = layers + (rematerialise === 'block' ? Math.max(layer, config.vocabSize) : config.vocabSize);
  const [state, gradients, activations] = [FLOAT * (weights + kept), FLOAT * weights, FLOAT * rows * perRow];
  return { state, gradients, activations, total: state + gradients + activations };
}

/** The training cannot fit; the message says what takes the room. */
export class OutOfMemory extends Error {
  override name = 'OutOfMemory';
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 33 ? 2 : 0)} GiB`;

/** @throws OutOfMemory with one line that says what to make smaller */
export function requireMemory(estimate: MemoryEstimate, available: number): void {
  if (estimate.total <= available) return;
  const { state, gradients, activations, total } = estimate;
  const parts = `weights and optimiser ${gib(state)}, gradients ${gib(gradients)}, activations ${gib(activations)}`;
  const advice =
    activations > state + gradients
      ? 'make batchSize smaller and accumulation larger, or let blocks be computed again ("rematerialise": "block")'
      : 'the model itself is too large for this machine';
  throw new OutOfMemory(
    `the training needs at least ${gib(total)} (${parts}), ${gib(available)} are free; ${advice}`,
  );
}
