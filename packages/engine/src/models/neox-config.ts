// GPT-NeoX's configuration, to and from Hugging Face config.json.

import {
  type CommonConfig,
  HfConfig,
  type Json,
  type ParameterInfo,
  type ParameterRole,
  tokenIdsToHf,
  unsupported,
  validateCommon,
} from './config.ts';
import { DEFAULT_THETA, type RopeScaling, ropeFromHf, ropeToHf } from './rope.ts';

export interface NeoxConfig extends CommonConfig {
  readonly family: 'gpt_neox';
  /** Attention and MLP both read x and are added to it (EleutherAI); else one after the other (rinna). */
  readonly parallelResidual?: boolean;
  /** Share of each head that is rotated, from its first dimension. */
  readonly rotaryShare?: number;
  readonly ropeTheta?: number;
  readonly ropeScaling?: RopeScaling;
  readonly activation?: 'gelu' | 'gelu_new' | 'gelu_fast';
}

export const neoxDefaults = {
  normEps: 1e-5,
  initializerRange: 0.02,
  rotaryShare: 0.25,
  parallelResidual: true,
  activation: 'gelu',
  ropeTheta: DEFAULT_THETA,
} as const;

/** Rotated dimensions of a head. */
export const rotaryDimensions = (c: NeoxConfig): number =>
  Math.floor((c.hiddenSize / c.heads) * (c.rotaryShare ?? neoxDefaults.rotaryShare));

export function validateNeox(c: NeoxConfig): NeoxConfig {
  validateCommon(c);
  if (c.hiddenSize % c.heads !== 0)
    unsupported(`hidden size ${c.hiddenSize} is not divisible by ${c.heads} heads`);
  const rotary = rotaryDimensions(c);
  if (rotary < 2 || rotary % 2 !== 0 || rotary > c.hiddenSize / c.heads)
    unsupported(
      `rotary_pct gives ${rotary} rotated dimensions of ${c.hiddenSize / c.heads}, they must be pairs`,
    );
  return c;
}

/** All parameters in Hugging Face's names and order; linear weights are [out, in]. */
export function neoxParameters(c: NeoxConfig): ParameterInfo[] {
  const [d, f] = [c.hiddenSize, c.intermediateSize];
  const out: ParameterInfo[] = [
    { name: 'gpt_neox.embed_in.weight', shape: [c.vocabSize, d], role: 'embedding' },
  ];
  const pair = (name: string, shape: number[], role: ParameterRole, more: Partial<ParameterInfo> = {}) =>
    out.push(
      { name: `${name}.weight`, shape, role, ...more },
      { name: `${name}.bias`, shape: [shape[0]], role: 'bias' },
    );
  for (let i = 0; i < c.layers; i++) {
    const layer = `gpt_neox.layers.${i}`;
    pair(`${layer}.input_layernorm`, [d], 'norm');
    pair(`${layer}.post_attention_layernorm`, [d], 'norm');
    pair(`${layer}.attention.query_key_value`, [3 * d, d], 'matrix', {
      fused: { layout: 'heads', heads: c.heads },
    });
    pair(`${layer}.attention.dense`, [d, d], 'matrix');
    pair(`${layer}.mlp.dense_h_to_4h`, [f, d], 'matrix');
    pair(`${layer}.mlp.dense_4h_to_h`, [d, f], 'matrix');
  }
  pair('gpt_neox.final_layer_norm', [d], 'norm');
  if (!c.tieEmbeddings) out.push({ name: 'embed_out.weight', shape: [c.vocabSize, d], role: 'head' });
  return out;
}

export function neoxToHf(c: NeoxConfig): Record<string, unknown> {
  const theta = c.ropeTheta ?? neoxDefaults.ropeTheta;
  const share = c.rotaryShare ?? neoxDefaults.rotaryShare;
  return {
    ...c.extra,
    architectures: ['GPTNeoXForCausalLM'],
    model_type: 'gpt_neox',
    vocab_size: c.vocabSize,
    hidden_size: c.hiddenSize,
    num_hidden_layers: c.layers,
    num_attention_heads: c.heads,
    intermediate_size: c.intermediateSize,
    max_position_embeddings: c.maxPositions,
    rotary_pct: share,
    rotary_emb_base: theta,
    ...ropeToHf(theta, c.ropeScaling, share),
    use_parallel_residual: c.parallelResidual ?? neoxDefaults.parallelResidual,
    hidden_act: c.activation ?? neoxDefaults.activation,
    attention_bias: true,
    layer_norm_eps: c.normEps ?? neoxDefaults.normEps,
    tie_word_embeddings: c.tieEmbeddings ?? false,
    initializer_range: c.initializerRange ?? neoxDefaults.initializerRange,
    ...tokenIdsToHf(c),
    torch_dtype: 'float32',
  };
}

/** Reads a parsed config.json; throws UnsupportedConfig for a variant this engine does not run. */
export function neoxFromHf(json: Json): NeoxConfig {
  const hf = new HfConfig(json, 'gpt_neox');
  hf.only('attention_bias', true);
  hf.only('hidden_act', 'gelu', 'gelu_new', 'gelu_fast');
  const rope = ropeFromHf(hf);
  const config: NeoxConfig = {
    family: 'gpt_neox',
    vocabSize: hf.number('vocab_size'),
    hiddenSize: hf.number('hidden_size'),
    layers: hf.number('num_hidden_layers'),
    heads: hf.number('num_attention_heads'),
    intermediateSize: hf.number('intermediate_size'),
    maxPositions: hf.number('max_position_embeddings'),
    rotaryShare: hf.optional('rotary_pct') ?? rope.share,
    ropeTheta: hf.optional('rotary_emb_base') ?? hf.optional('rope_theta') ?? rope.theta,
    ropeScaling: rope.scaling,
    parallelResidual: json.use_parallel_residual !== false,
    activation: hf.text('hidden_act') as NeoxConfig['activation'],
    normEps: hf.optional('layer_norm_eps'),
    tieEmbeddings: json.tie_word_embeddings === true,
    ...hf.common(),
  };
  return { ...validateNeox(config), extra: hf.extra(neoxToHf(config)) };
}
