// Llama's configuration, to and from Hugging Face config.json. Unknown keys survive a round trip.

import {
  type CommonConfig,
  elementsOf,
  HfConfig,
  type Json,
  type ParameterInfo,
  type ParameterRole,
  tokenIdsToHf,
  unsupported,
  validateCommon,
} from './config.ts';
import { DEFAULT_THETA, type RopeScaling, ropeFromHf, ropeToHf } from './rope.ts';

export interface LlamaConfig extends CommonConfig {
  readonly family?: 'llama';
  /** Key/value heads of grouped-query attention; default: as many as heads. */
  readonly keyValueHeads?: number;
  /** Width of a head; default hiddenSize / heads. */
  readonly headSize?: number;
  readonly ropeTheta?: number;
  readonly ropeScaling?: RopeScaling;
}

export const llamaDefaults = {
  ropeTheta: DEFAULT_THETA,
  normEps: 1e-5,
  tieEmbeddings: false,
  initializerRange: 0.02,
};

export const keyValueHeads = (c: LlamaConfig): number => c.keyValueHeads ?? c.heads;
export const headSize = (c: LlamaConfig): number => c.headSize ?? c.hiddenSize / c.heads;

/** Throws UnsupportedConfig unless all sizes fit together. */
export function validateLlama(c: LlamaConfig): LlamaConfig {
  validateCommon(c, [keyValueHeads(c), ...(c.headSize === undefined ? [] : [c.headSize])]);
  if (c.headSize === undefined && c.hiddenSize % c.heads !== 0) {
    unsupported(`hidden size ${c.hiddenSize} is not divisible by ${c.heads} heads`);
  }
  if (headSize(c) % 2 !== 0) unsupported(`head size ${headSize(c)} is odd, rotary positions need pairs`);
  if (c.heads % keyValueHeads(c) !== 0)
    unsupported(`${c.heads} heads share ${keyValueHeads(c)} key/value heads unevenly`);
  return c;
}

/** All parameters in Hugging Face's names and order; linear weights are [out, in]. */
export function llamaParameters(c: LlamaConfig): ParameterInfo[] {
  const [d, f] = [c.hiddenSize, c.intermediateSize];
  const [q, kv] = [c.heads * headSize(c), keyValueHeads(c) * headSize(c)];
  const out: ParameterInfo[] = [
    { name: 'model.embed_tokens.weight', shape: [c.vocabSize, d], role: 'embedding' },
  ];
  for (let i = 0; i < c.layers; i++) {
    const add = (name: string, shape: number[], role: ParameterRole = 'matrix') =>
      out.push({ name: `model.layers.${i}.${name}.weight`, shape, role });
    add('self_attn.q_proj', [q, d]);
    add('self_attn.k_proj', [kv, d]);
    add('self_attn.v_proj', [kv, d]);
    add('self_attn.o_proj', [d, q]);
    add('mlp.gate_proj', [f, d]);
    add('mlp.up_proj', [f, d]);
    add('mlp.down_proj', [d, f]);
    add('input_layernorm', [d], 'norm');
    add('post_attention_layernorm', [d], 'norm');
  }
  out.push({ name: 'model.norm.weight', shape: [d], role: 'norm' });
  if (!c.tieEmbeddings) out.push({ name: 'lm_head.weight', shape: [c.vocabSize, d], role: 'head' });
  return out;
}

/** Number of trained values; tied embeddings count once. */
export const parameterCount = (c: LlamaConfig): number =>
  llamaParameters(c).reduce((n, p) => n + elementsOf(p.shape), 0);

export function llamaToHf(c: LlamaConfig): Record<string, unknown> {
  const theta = c.ropeTheta ?? llamaDefaults.ropeTheta;
  return {
    ...c.extra,
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: c.vocabSize,
    hidden_size: c.hiddenSize,
    num_hidden_layers: c.layers,
    num_attention_heads: c.heads,
    num_key_value_heads: keyValueHeads(c),
    head_dim: headSize(c),
    intermediate_size: c.intermediateSize,
    max_position_embeddings: c.maxPositions,
    rope_theta: theta,
    ...ropeToHf(theta, c.ropeScaling),
    rms_norm_eps: c.normEps ?? llamaDefaults.normEps,
    tie_word_embeddings: c.tieEmbeddings ?? llamaDefaults.tieEmbeddings,
    initializer_range: c.initializerRange ?? llamaDefaults.initializerRange,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    ...tokenIdsToHf(c),
    torch_dtype: 'float32',
  };
}

/** Reads a parsed config.json; throws UnsupportedConfig for a variant this engine does not run. */
export function llamaFromHf(json: Json): LlamaConfig {
  const hf = new HfConfig(json, 'llama');
  if (json.attention_bias || json.mlp_bias) unsupported('projection biases are not supported');
  if (json.hidden_act !== undefined && json.hidden_act !== 'silu')
    unsupported(`hidden_act ${String(json.hidden_act)} is not supported`);
  const rope = ropeFromHf(hf);
  const config: LlamaConfig = {
    family: 'llama',
    vocabSize: hf.number('vocab_size'),
    hiddenSize: hf.number('hidden_size'),
    layers: hf.number('num_hidden_layers'),
    heads: hf.number('num_attention_heads'),
    keyValueHeads: hf.optional('num_key_value_heads'),
    headSize: hf.optional('head_dim'),
    intermediateSize: hf.number('intermediate_size'),
    maxPositions: hf.number('max_position_embeddings'),
    ropeTheta: hf.optional('rope_theta') ?? rope.theta,
    ropeScaling: rope.scaling,
    normEps: hf.optional('rms_norm_eps'),
    tieEmbeddings: json.tie_word_embeddings === true,
    ...hf.common(),
  };
  return { ...validateLlama(config), extra: hf.extra(llamaToHf(config)) };
}
