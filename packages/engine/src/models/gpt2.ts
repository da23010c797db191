// GPT-2 as in transformers' GPT2LMHeadModel: learned positions, LayerNorm before each block, one projection to
// query | key | value, GELU. Projection weights are [in, out].

import type { Node } from '../core/graph.ts';
import { type Gpt2Config, gpt2Defaults, gpt2Parameters, gpt2Tied, validateGpt2 } from './gpt2-config.ts';
import { inLayer, type Model } from './model.ts';

/** @throws UnsupportedConfig when the sizes do not fit together */
export function gpt2Model(config: Gpt2Config): Model {
  validateGpt2(config);
  const { heads, hiddenSize: d, layers } = config;
  const size = d / heads;
  const eps = config.normEps ?? gpt2Defaults.normEps;
  const tanh = (config.activation ?? gpt2Defaults.activation) !== 'gelu';
  return {
    family: 'gpt2',
    config,
    parameters: gpt2Parameters(config),
    attention: { heads, keyValueHeads: heads, headSize: size, scale: 1 / Math.sqrt(size) },
    contextLength: config.maxPositions,
    head: (p) => p.get(gpt2Tied(config) ? 'transformer.wte.weight' : 'lm_head.weight')!,
    hidden(b, p, ids, places, attend) {
      const { batch, length } = places;
      const param = (name: string) => p.get(name)!;
      const norm = (x: Node, name: string) =>
        b.apply('layernorm', [x, param(`${name}.weight`), param(`${name}.bias`)], { eps });
      const linear = (x: Node, name: string) =>
        inLayer(name, () => b.add(b.matmul(x, param(`${name}.weight`)), param(`${name}.bias`)));
      const tokens = b.reshape(b.gather(param('transformer.wte.weight'), ids), [batch, length, d]);
      let x = b.reshape(b.add(tokens, places.learned(param('transformer.wpe.weight'))), [batch * length, d]);
      for (let i = 0; i < layers; i++) {
        b.checkpoint(x);
        const layer = `transformer.h.${i}`;
        const qkv = linear(norm(x, `${layer}.ln_1`), `${layer}.attn.c_attn`);
        const [q, k, v] = [0, 1, 2].map((part) =>
          b.reshape(b.slice(qkv, [0, part * d], [batch * length, d]), [batch, length, heads, size]),
        );
        x = b.add(x, linear(attend(i, q, k, v), `${layer}.attn.c_proj`));
        const m = linear(norm(x, `${layer}.ln_2`), `${layer}.mlp.c_fc`);
        x = b.add(x, linear(b.apply('gelu', [m], { tanh }), `${layer}.mlp.c_proj`));
      }
      return norm(b.checkpoint(x), 'transformer.ln_f');
    },
  };
}
