// GPT-NeoX as in transformers' GPTNeoXForCausalLM: LayerNorm, rotary positions on a share of each head, one
// projection whose rows are [heads, 3, size], attention and MLP parallel (EleutherAI) or in sequence (rinna).

import type { Node } from '../core/graph.ts';
import { rotator } from './llama.ts';
import { inLayer, type Model } from './model.ts';
import {
  type NeoxConfig,
  neoxDefaults,
  neoxParameters,
  rotaryDimensions,
  validateNeox,
} from './neox-config.ts';
import { type Rope, ropeContext } from './rope.ts';

/** @throws UnsupportedConfig when the sizes do not fit together */
export function neoxModel(config: NeoxConfig): Model {
  validateNeox(config);
  const { heads, hiddenSize: d, layers } = config;
  const size = d / heads;
  const eps = config.normEps ?? neoxDefaults.normEps;
  const tanh = (config.activation ?? neoxDefaults.activation) !== 'gelu';
  const parallel = config.parallelResidual ?? neoxDefaults.parallelResidual;
  const rope: Rope = {
    dimensions: rotaryDimensions(config),
    theta: config.ropeTheta ?? neoxDefaults.ropeTheta,
    scaling: config.ropeScaling,
    maxPositions: config.maxPositions,
  };
  return {
    family: 'gpt_neox',
    config,
    parameters: neoxParameters(config),
    attention: { heads, keyValueHeads: heads, headSize: size, scale: 1 / Math.sqrt(size) },
    contextLength: ropeContext(rope),
    head: (p) => p.get(config.tieEmbeddings ? 'gpt_neox.embed_in.weight' : 'embed_out.weight')!,
    hidden(b, p, ids, places, attend) {
      const { batch, length } = places;
      const param = (name: string) => p.get(name)!;
      const norm = (x: Node, name: string) =>
        b.apply('layernorm', [x, param(`${name}.weight`), param(`${name}.bias`)], { eps });
      const linear = (x: Node, name: string) =>
        inLayer(name, () => b.add(b.matmul(x, param(`${name}.weight`), { tb: true }), param(`${name}.bias`)));
      const rotate = rotator(b, rope, places);
      const attention = (i: number, x: Node, layer: string) => {
        const qkv = b.reshape(linear(x, `${layer}.attention.query_key_value`), [
          batch,
          length,
          heads,
          3 * size,
        ]);
        const [q, k, v] = [0, 1, 2].map((part) =>
          b.slice(qkv, [0, 0, 0, part * size], [batch, length, heads, size]),
        );
        return linear(attend(i, rotate(q), rotate(k), v), `${layer}.attention.dense`);
      };
      const mlp = (x: Node, layer: string) => {
        const m = linear(norm(x, `${layer}.post_attention_layernorm`), `${layer}.mlp.dense_h_to_4h`);
        return linear(b.apply('gelu', [m], { tanh }), `${layer}.mlp.dense_4h_to_h`);
      };
      let x = b.reshape(b.gather(param('gpt_neox.embed_in.weight'), ids), [batch * length, d]);
      for (let i = 0; i < layers; i++) {
        b.checkpoint(x);
        const layer = `gpt_neox.layers.${i}`;
        const after = b.add(x, attention(i, norm(x, `${layer}.input_layernorm`), layer));
        x = b.add(after, mlp(parallel ? x : after, layer));
      }
      return norm(b.checkpoint(x), 'gpt_neox.final_layer_norm');
    },
  };
}
