import { describe, expect, it } from 'vitest';
import { goldenNames, readGolden } from '../testing/golden.ts';
import { UnsupportedConfig } from './config.ts';
import { configFromHf, configToHf, modelOf, trainingFlopsPerToken } from './families.ts';
import { type LlamaConfig, llamaFromHf, llamaToHf, parameterCount } from './llama-config.ts';

const demo: LlamaConfig = {
  ...{ vocabSize: 8192, hiddenSize: 192, layers: 6, heads: 6, keyValueHeads: 6, intermediateSize: 512 },
  ...{ maxPositions: 256, ropeTheta: 10000, normEps: 1e-5, tieEmbeddings: true, initializerRange: 0.02 },
};

describe.each(goldenNames)('%s', (name) => {
  const golden = readGolden(name);

  it('has the parameters that transformers has, name by name', () => {
    const want = [...golden.parameters].map(([key, t]) => `${key} ${t.shape}`).sort();
    const { parameters } = modelOf(golden.config);
    expect(parameters.map((p) => `${p.name} ${p.shape}`).sort()).toEqual(want);
  });

  it('survives the way through config.json, unknown keys included', () => {
    const json = { ...configToHf(golden.config), some_new_key: [1, 2], bos_token_id: 1 };
    const config = configFromHf(JSON.parse(JSON.stringify(json)));
    expect(configToHf(config)).toEqual(json);
    expect(modelOf(config).parameters).toEqual(modelOf(golden.config).parameters);
  });
});

describe('config.json', () => {
  it.each([
    [{ model_type: 'mamba' }, /mamba is none of llama, gpt2, gpt_neox/],
    [{ model_type: 'gpt2', n_embd: 8, n_layer: 1, n_head: 3 }, /vocab_size is missing/],
    [{ model_type: 'gpt2', scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx/],
    [{ model_type: 'gpt2', activation_function: 'relu' }, /activation_function "relu"/],
    [{ ...configToHf(readGolden('neox-parallel').config), rotary_pct: 0.2 }, /rotary_pct gives 3/],
    [{ ...configToHf(readGolden('neox-parallel').config), attention_bias: false }, /attention_bias/],
  ])('refuses %j with one line', (json, message) => {
    expect(() => configFromHf(json)).toThrow(UnsupportedConfig);
    expect(() => configFromHf(json)).toThrow(message);
  });
});

describe('llama config', () => {
  it('counts tied embeddings once', () => {
    expect(parameterCount(demo)).toBe(8192 * 192 + 6 * (4 * 192 * 192 + 3 * 192 * 512 + 2 * 192) + 192);
    expect(parameterCount({ ...demo, tieEmbeddings: false }) - parameterCount(demo)).toBe(8192 * 192);
    expect(trainingFlopsPerToken(demo, 256)).toBe(
      trainingFlopsPerToken({ ...demo, tieEmbeddings: false }, 256),
    );
  });

  it('survives the way through config.json, unknown keys included', () => {
    const json = { ...llamaToHf(demo), some_new_key: [1, 2], bos_token_id: 1 };
    const config = llamaFromHf(JSON.parse(JSON.stringify(json)));
    expect(config).toMatchObject({ ...demo, bosTokenId: 1 });
    expect(llamaToHf(config)).toEqual(json);
  });

  it.each([
    [{ model_type: 'gpt2' }, /gpt2 is not llama/],
    [{ rope_scaling: { type: 'linear' } }, /rope scaling without factor/],
    [{ rope_scaling: { type: 'yarn', factor: 4 } }, /rope scaling yarn/],
    [{ rope_parameters: { rope_type: 'longrope' } }, /rope scaling longrope/],
    [{ attention_bias: true }, /biases/],
    [{ hidden_act: 'gelu' }, /hidden_act gelu/],
    [{ vocab_size: undefined }, /vocab_size is missing/],
    [{ num_attention_heads: 7, num_key_value_heads: 7, head_dim: null }, /not divisible by 7/],
    [{ num_key_value_heads: 4 }, /share 4 key\/value heads unevenly/],
    [{ head_dim: 7 }, /head size 7 is odd/],
    [{ num_hidden_layers: 4_000_000_000 }, /4000000000 is more than 2147483647/],
    [{ num_hidden_layers: 1_000_000 }, /1000000 layers are more than 10000/],
  ])('refuses %j, which it would compute wrongly', (change, message) => {
    const json = { ...llamaToHf(demo), ...change };
    expect(() => llamaFromHf(json)).toThrow(UnsupportedConfig);
    expect(() => llamaFromHf(json)).toThrow(message);
  });
});
