// Llama's configuration, to and from Hugging Face config.json. Unknown keys survive a round trip.

export interface LlamaConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Key/value heads of grouped-query attention; default: as many as heads. */
  readonly keyValueHeads?: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly ropeTheta?: number;
  readonly normEps?: number;
  readonly tieEmbeddings?: boolean;
  /** Deviation of the initial weights. */
  readonly initializerRange?: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
  readonly padTokenId?: number;
  /** Keys of a config.json that are not read here. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A config.json that is not a Llama this engine runs exactly. */
export class UnsupportedConfig extends Error {
  override name = 'UnsupportedConfig';
}

export const llamaDefaults = {
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: false,
  initializerRange: 0.02,
};

export const keyValueHeads = (c: LlamaConfig): number => c.keyValueHeads ?? c.heads;
export const headSize = (c: LlamaConfig): number => c.hiddenSize / c.heads;

const fail = (message: string): never => {
  throw new UnsupportedConfig(message);
};

/** Throws UnsupportedConfig unless all sizes fit together. */
export function validateLlama(c: LlamaConfig): LlamaConfig {
  const sizes = [
    c.vocabSize,
    c.hiddenSize,
    c.layers,
    c.heads,
    keyValueHeads(c),
    c.intermediateSize,
    c.maxPositions,
  ];
  if (!sizes.every((n) => Number.isInteger(n) && n > 0)) fail('every size must be a positive integer');
  if (c.hiddenSize % c.heads !== 0) fail(`hidden size ${c.hiddenSize} is not divisible by ${c.heads} heads`);
  if (headSize(c) % 2 !== 0) fail(`head size ${headSize(c)} is odd, rotary positions need pairs`);
  if (c.heads % keyValueHeads(c) !== 0)
    fail(`${c.heads} heads share ${keyValueHeads(c)} key/value heads unevenly`);
  return c;
}

export interface ParameterInfo {
  readonly name: string;
  readonly shape: readonly number[];
}

/** All parameters in Hugging Face's names and order; linear weights are [out, in]. */
export function llamaParameters(c: LlamaConfig): ParameterInfo[] {
  const [d, f, kv] = [c.hiddenSize, c.intermediateSize, keyValueHeads(c) * headSize(c)];
  const out: ParameterInfo[] = [{ name: 'model.embed_tokens.weight', shape: [c.vocabSize, d] }];
  for (let i = 0; i < c.layers; i++) {
    const layer = `model.layers.${i}`;
    const add = (name: string, shape: number[]) => out.push({ name: `${layer}.${name}.weight`, shape });
    add('self_attn.q_proj', [d, d]);
    add('self_attn.k_proj', [kv, d]);
    add('self_attn.v_proj', [kv, d]);
    add('self_attn.o_proj', [d, d]);
    add('mlp.gate_proj', [f, d]);
    add('mlp.up_proj', [f, d]);
    add('mlp.down_proj', [d, f]);
    add('input_layernorm', [d]);
    add('post_attention_layernorm', [d]);
  }
  out.push({ name: 'model.norm.weight', shape: [d] });
  if (!c.tieEmbeddings) out.push({ name: 'lm_head.weight', shape: [c.vocabSize, d] });
  return out;
}

/** Number of trained values; tied embeddings count once. */
export const parameterCount = (c: LlamaConfig): number =>
  llamaParameters(c).reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);

/** Flops of one training step per token: 6 per matrix weight, and attention's products. */
export function trainingFlopsPerToken(c: LlamaConfig, sequenceLength: number): number {
  const matrices = llamaParameters(c).filter(
    (p) => p.shape.length === 2 && p.name !== 'model.embed_tokens.weight',
  );
  const weights = matrices.reduce((n, p) => n + p.shape[0] * p.shape[1], 0);
  const head = c.tieEmbeddings ? c.vocabSize * c.hiddenSize : 0;
  // Causal attention does half of 12 x layers x hidden x length.
  return 6 * (weights + head) + 6 * c.layers * c.hiddenSize * sequenceLength;
}

export function llamaToHf(c: LlamaConfig): Record<string, unknown> {
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
    // Both spellings: transformers 4 reads rope_theta, transformers 5 rope_parameters.
    rope_theta: c.ropeTheta ?? llamaDefaults.ropeTheta,
    rope_parameters: { rope_type: 'default', rope_theta: c.ropeTheta ?? llamaDefaults.ropeTheta },
    rms_norm_eps: c.normEps ?? llamaDefaults.normEps,
    tie_word_embeddings: c.tieEmbeddings ?? llamaDefaults.tieEmbeddings,
    initializer_range: c.initializerRange ?? llamaDefaults.initializerRange,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    ...(c.bosTokenId === undefined ? {} : { bos_token_id: c.bosTokenId }),
    ...(c.eosTokenId === undefined ? {} : { eos_token_id: c.eosTokenId }),
    ...(c.padTokenId === undefined ? {} : { pad_token_id: c.padTokenId }),
    torch_dtype: 'float32',
  };
}

const KNOWN = new Set(
  Object.keys(
    llamaToHf({
      vocabSize: 1,
      hiddenSize: 2,
      layers: 1,
      heads: 1,
      intermediateSize: 1,
      maxPositions: 1,
      bosTokenId: 0,
      eosTokenId: 0,
      padTokenId: 0,
    }),
  ),
);

/** Reads a parsed config.json; throws UnsupportedConfig for a variant this engine does not run. */
export function llamaFromHf(json: Readonly<Record<string, unknown>>): LlamaConfig {
  if (json.model_type !== 'llama') fail(`model_type ${String(json.model_type)} is not llama`);
  if (json.rope_scaling) fail('rope_scaling is not supported');
  if (json.attention_bias || json.mlp_bias) fail('projection biases are not supported');
  if (json.hidden_act !== undefined && json.hidden_act !== 'silu')
    fail(`hidden_act ${String(json.hidden_act)}`);
  const number = (key: string): number => {
    const value = json[key];
    return typeof value === 'number' ? value : fail(`${key} is missing`);
  };
  const optional = (key: string) => (typeof json[key] === 'number' ? (json[key] as number) : undefined);
  const rope = json.rope_parameters as { rope_theta?: number; rope_type?: string } | undefined;
  if (rope?.rope_type !== undefined && rope.rope_type !== 'default') fail(`rope_type ${rope.rope_type}`);
  const config: LlamaConfig = {
    vocabSize: number('vocab_size'),
    hiddenSize: number('hidden_size'),
    layers: number('num_hidden_layers'),
    heads: number('num_attention_heads'),
    keyValueHeads: optional('num_key_value_heads'),
    intermediateSize: number('intermediate_size'),
    maxPositions: number('max_position_embeddings'),
    ropeTheta: optional('rope_theta') ?? rope?.rope_theta,
    normEps: optional('rms_norm_eps'),
    tieEmbeddings: json.tie_word_embeddings === true,
    initializerRange: optional('initializer_range'),
    bosTokenId: optional('bos_token_id'),
    eosTokenId: optional('eos_token_id'),
    padTokenId: optional('pad_token_id'),
    extra: Object.fromEntries(Object.entries(json).filter(([key]) => !KNOWN.has(key))),
  };
  if (json.head_dim !== undefined && json.head_dim !== null && json.head_dim !== headSize(config)) {
    fail(`head_dim ${String(json.head_dim)} differs from hidden_size / heads`);
  }
  return validateLlama(config);
}
