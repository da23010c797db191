// The families by name: from a configuration to its model, and to and from config.json.

import { normals } from '../nn/rng.ts';
import { elementsOf, type Json, type ParameterInfo, unsupported } from './config.ts';
import { gpt2Model } from './gpt2.ts';
import { type Gpt2Config, gpt2FromHf, gpt2ToHf } from './gpt2-config.ts';
import { llamaModel } from './llama.ts';
import { type LlamaConfig, llamaFromHf, llamaToHf } from './llama-config.ts';
import type { Model } from './model.ts';
import { neoxModel } from './neox.ts';
import { type NeoxConfig, neoxFromHf, neoxToHf } from './neox-config.ts';

/** A configuration without a family is a Llama's. */
export type ModelConfig = LlamaConfig | Gpt2Config | NeoxConfig;

/** @throws UnsupportedConfig when the sizes do not fit together */
export function modelOf(config: ModelConfig): Model {
  switch (config.family) {
    case 'gpt2':
      return gpt2Model(config);
    case 'gpt_neox':
      return neoxModel(config);
    case 'llama':
    case undefined:
      return llamaModel(config);
  }
}

/** Contents of config.json, as transformers 4 and 5 read it. */
export function configToHf(config: ModelConfig): Record<string, unknown> {
  switch (config.family) {
    case 'gpt2':
      return gpt2ToHf(config);
    case 'gpt_neox':
      return neoxToHf(config);
    case 'llama':
    case undefined:
      return llamaToHf(config);
  }
}

/** Reads a parsed config.json; throws UnsupportedConfig with one line for anything this engine would compute wrongly. */
export function configFromHf(json: Json): ModelConfig {
  switch (json.model_type) {
    case 'llama':
      return llamaFromHf(json);
    case 'gpt2':
      return gpt2FromHf(json);
    case 'gpt_neox':
      return neoxFromHf(json);
  }
  return unsupported(`model_type ${String(json.model_type)} is none of llama, gpt2, gpt_neox`);
}

const DEFAULT_DEVIATION = 0.02;

/** Initial values: norm weights one, biases zero, the rest normal; a function of the seed and the names only. */
export function initialParameters(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const deviation = config.initializerRange ?? DEFAULT_DEVIATION;
  const initial = ({ name, shape, role, residual }: ParameterInfo): Float32Array => {
    const count = elementsOf(shape);
    if (role === 'norm' || role === 'bias') return new Float32Array(count).fill(role === 'norm' ? 1 : 0);
    return normals(seed, name, count, residual ? deviation / Math.sqrt(2 * config.layers) : deviation);
  };
  return new Map(modelOf(config).parameters.map((p) => [p.name, initial(p)]));
}

/** Flops of one training step per token: 6 per weight that is multiplied, and attention's products. */
export function trainingFlopsPerToken(config: ModelConfig, sequenceLength: number): number {
  const { parameters, attention } = modelOf(config);
  // The embedding is read, not multiplied; when tied it is multiplied as the head.
  const tied = !parameters.some((p) => p.role === 'head');
  const counts = (p: ParameterInfo) =>
    p.role === 'matrix' || p.role === 'head' || (tied && p.role === 'embedding');
  const weights = parameters.filter(counts).reduce((n, p) => n + elementsOf(p.shape), 0);
  // Causal attention does half of 12 x layers x width x length.
  return 6 * weights + 6 * config.layers * attention.heads * attention.headSize * sequenceLength;
}
