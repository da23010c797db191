// GPT-2's configuration, to and from Hugging Face config.json.

import {
  type CommonConfig,
  HfConfig,
  type Json,
  type ParameterInfo,
  tokenIdsToHf,
  unsupported,
  validateCommon,
} from './config.ts';

export interface Gpt2Config extends CommonConfig {
  readonly family: 'gpt2';
  /** `gelu_new` and `gelu_fast` are one formula, the tanh form; `gelu` is exact. Default `gelu_new`. */
  readonly activation?: 'gelu_new' | 'gelu_fast' | 'gelu';
}

export const gpt2Defaults = { normEps: 1e-5, initializerRange: 0.02, activation: 'gelu_new' } as const;

/** Embeddings are tied unless the file says otherwise. */
export const gpt2Tied = (c: Gpt2Config): boolean => c.tieEmbeddings ?? true;

export function validateGpt2(c: Gpt2Config): Gpt2Config {
  validateCommon(c);
  if (c.hiddenSize % c.heads !== 0)
    unsupported(`hidden size ${c.hiddenSize} is not divisible by ${c.heads} heads`);
  return c;
}

/** All parameters in Hugging Face's names and order; projection weights are [in, out] (Conv1D). */
export function gpt2Parameters(c: Gpt2Config): ParameterInfo[] {
  const [d, f] = [c.hiddenSize, c.intermediateSize];
  const out: ParameterInfo[] = [
    { name: 'transformer.wte.weight', shape: [c.vocabSize, d], role: 'embedding' },
    { name: 'transformer.wpe.weight', shape: [c.maxPositions, d], role: 'position' },
  ];
  const norm = (name: string) =>
    out.push(
      { name: `${name}.weight`, shape: [d], role: 'norm' },
      { name: `${name}.bias`, shape: [d], role: 'bias' },
    );
  const linear = (name: string, shape: [number, number], more: Partial<ParameterInfo> = {}) =>
    out.push(
      { name: `${name}.weight`, shape, role: 'matrix', ...more },
      { name: `${name}.bias`, shape: [shape[1]], role: 'bias' },
    );
  for (let i = 0; i < c.layers; i++) {
    const layer = `transformer.h.${i}`;
    norm(`${layer}.ln_1`);
    linear(`${layer}.attn.c_attn`, [d, 3 * d], { fused: { layout: 'columns', heads: c.heads } });
    linear(`${layer}.attn.c_proj`, [d, d], { residual: true });
    norm(`${layer}.ln_2`);
    linear(`${layer}.mlp.c_fc`, [d, f]);
    linear(`${layer}.mlp.c_proj`, [f, d], { residual: true });
  }
  norm('transformer.ln_f');
  if (!gpt2Tied(c)) out.push({ name: 'lm_head.weight', shape: [c.vocabSize, d], role: 'head' });
  return out;
}

export function gpt2ToHf(c: Gpt2Config): Record<string, unknown> {
  return {
    ...c.extra,
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: c.vocabSize,
    n_embd: c.hiddenSize,
    n_layer: c.layers,
    n_head: c.heads,
    n_inner: c.intermediateSize,
    n_positions: c.maxPositions,
    n_ctx: c.maxPositions,
    activation_function: c.activation ?? gpt2Defaults.activation,
    layer_norm_epsilon: c.normEps ?? gpt2Defaults.normEps,
    initializer_range: c.initializerRange ?? gpt2Defaults.initializerRange,
    tie_word_embeddings: gpt2Tied(c),
    scale_attn_weights: true,
    ...tokenIdsToHf(c),
    torch_dtype: 'float32',
  };
}

/** Reads a parsed config.json; throws UnsupportedConfig for a variant this engine does not run. */
export function gpt2FromHf(json: Json): Gpt2Config {
  const hf = new HfConfig(json, 'gpt2');
  hf.only('scale_attn_weights', true);
  hf.only('scale_attn_by_inverse_layer_idx', false);
  hf.only('add_cross_attention', false);
  hf.only('activation_function', 'gelu_new', 'gelu_fast', 'gelu');
  const hiddenSize = hf.number('n_embd');
  const config: Gpt2Config = {
    family: 'gpt2',
    vocabSize: hf.number('vocab_size'),
    hiddenSize,
    layers: hf.number('n_layer'),
    heads: hf.number('n_head'),
    intermediateSize: hf.optional('n_inner') ?? 4 * hiddenSize,
    maxPositions: hf.number('n_positions'),
    activation: hf.text('activation_function') as Gpt2Config['activation'],
    normEps: hf.optional('layer_norm_epsilon'),
    tieEmbeddings: json.tie_word_embeddings !== false,
    ...hf.common(),
  };
  return { ...validateGpt2(config), extra: hf.extra(gpt2ToHf(config)) };
}
