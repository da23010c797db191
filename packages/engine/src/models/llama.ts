// Llama as in transformers' LlamaForCausalLM: RMSNorm before each block, half-split rotary positions,
// grouped-query attention, SwiGLU, no biases.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import {
  headSize,
  keyValueHeads,
  type LlamaConfig,
  llamaDefaults,
  llamaParameters,
  validateLlama,
} from './llama-config.ts';
import { inLayer, type Model, type Places } from './model.ts';
import { type Rope, ropeContext, ropeTables } from './rope.ts';

/** Rotates the first `rope.dimensions` of every head of x [batch, length, heads, size]. */
export function rotator(b: GraphBuilder, rope: Rope, places: Places): (x: Node) => Node {
  const half = rope.dimensions / 2;
  const [cos, sin] = (['cos', 'sin'] as const).map((part) =>
    places.constant(`rope.${part}`, half, (n, mode) => ropeTables(rope, n, mode)[part]),
  );
  return (x) => {
    const [n, t, h, size] = x.shape;
    if (size === rope.dimensions) return b.apply('rope', [x, cos, sin]);
    const turned = b.slice(x, [0, 0, 0, 0], [n, t, h, rope.dimensions]);
    const kept = b.slice(x, [0, 0, 0, rope.dimensions], [n, t, h, size - rope.dimensions]);
    return b.concat([b.apply('rope', [turned, cos, sin]), kept], 3);
  };
}

/** @throws UnsupportedConfig when the sizes do not fit together */
export function llamaModel(config: LlamaConfig): Model {
  validateLlama(config);
  const [heads, kv, size] = [config.heads, keyValueHeads(config), headSize(config)];
  const eps = config.normEps ?? llamaDefaults.normEps;
  const rope: Rope = {
    dimensions: size,
    theta: config.ropeTheta ?? llamaDefaults.ropeTheta,
    scaling: config.ropeScaling,
    maxPositions: config.maxPositions,
  };
  return {
    family: 'llama',
    config,
    parameters: llamaParameters(config),
    attention: { heads, keyValueHeads: kv, headSize: size, scale: 1 / Math.sqrt(size) },
    contextLength: ropeContext(rope),
    head: (p) => p.get(config.tieEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')!,
    hidden(b, p, ids, places, attend) {
      const rows = places.batch * places.length;
      const norm = (x: Node, name: string) => b.apply('rmsnorm', [x, p.get(`${name}.weight`)!], { eps });
      const linear = (x: Node, name: string) =>
        inLayer(name, () => b.matmul(x, p.get(`${name}.weight`)!, { tb: true }));
      const split = (x: Node, h: number) => b.reshape(x, [places.batch, places.length, h, size]);
      const rotate = rotator(b, rope, places);
      let x = b.reshape(b.gather(p.get('model.embed_tokens.weight')!, ids), [rows, config.hiddenSize]);
      for (let i = 0; i < config.layers; i++) {
        b.checkpoint(x);
        const layer = `model.layers.${i}`;
        const h = norm(x, `${layer}.input_layernorm`);
        const [q, k, v] = ['q', 'k', 'v'].map((w) => linear(h, `${layer}.self_attn.${w}_proj`));
        const attended = attend(i, rotate(split(q, heads)), rotate(split(k, kv)), split(v, kv));
        x = b.add(x, linear(attended, `${layer}.self_attn.o_proj`));
        const m = norm(x, `${layer}.post_attention_layernorm`);
        const [gate, up] = ['gate', 'up'].map((w) => linear(m, `${layer}.mlp.${w}_proj`));
        x = b.add(x, linear(b.apply('swiglu', [gate, up]), `${layer}.mlp.down_proj`));
      }
      return norm(b.checkpoint(x), 'model.norm');
    },
  };
}
