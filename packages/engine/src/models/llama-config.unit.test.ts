import { describe, expect, it } from 'vitest';
import { readLlamaGolden } from '../testing/golden.ts';
import {
  type LlamaConfig,
  llamaFromHf,
  llamaParameters,
  llamaToHf,
  parameterCount,
  trainingFlopsPerToken,
  UnsupportedConfig,
} from './llama-config.ts';

const demo: LlamaConfig = {
  ...{ vocabSize: 8192, hiddenSize: 192, layers: 6, heads: 6, keyValueHeads: 6, intermediateSize: 512 },
  ...{ maxPositions: 256, ropeTheta: 10000, normEps: 1e-5, tieEmbeddings: true, initializerRange: 0.02 },
};

describe('llama config', () => {
  it('has the parameters that transformers has, name by name', () => {
    for (const name of ['grouped', 'tied'] as const) {
      const golden = readLlamaGolden(name);
      const want = [...golden.parameters].map(([key, t]) => `${key} ${t.shape}`).sort();
      expect(
        llamaParameters(golden.config)
          .map((p) => `${p.name} ${p.shape}`)
          .sort(),
      ).toEqual(want);
    }
  });

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
    [{ rope_scaling: { type: 'linear' } }, /rope_scaling/],
    [{ rope_parameters: { rope_type: 'llama3' } }, /rope_type llama3/],
    [{ attention_bias: true }, /biases/],
    [{ hidden_act: 'gelu' }, /hidden_act gelu/],
    [{ vocab_size: undefined }, /vocab_size is missing/],
    [{ num_attention_heads: 7, num_key_value_heads: 7, head_dim: null }, /not divisible by 7/],
    [{ num_key_value_heads: 4 }, /share 4 key\/value heads unevenly/],
    [{ head_dim: 64 }, /head_dim 64/],
  ])('refuses %j, which it would compute wrongly', (change, message) => {
    const json = { ...llamaToHf(demo), ...change };
    expect(() => llamaFromHf(json)).toThrow(UnsupportedConfig);
    expect(() => llamaFromHf(json)).toThrow(message);
  });
});
