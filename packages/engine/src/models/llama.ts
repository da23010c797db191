// Llama as in transformers' LlamaForCausalLM: RMSNorm before each block, half-split rotary positions,
// grouped-query attention, SwiGLU. Written on [B * T, hidden] rows; attention sees [B, T, heads, size].

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { normals } from '../nn/rng.ts';
import {
  headSize,
  keyValueHeads,
  type LlamaConfig,
  llamaDefaults,
  llamaParameters,
  validateLlama,
} from './llama-config.ts';

export type Parameters = ReadonlyMap<string, Node>;

/** One param node per parameter, by its Hugging Face name. */
export function llamaParams(b: GraphBuilder, config: LlamaConfig): Parameters {
  return new Map(llamaParameters(validateLlama(config)).map((p) => [p.name, b.param(p.name, p.shape)]));
}

/** Initial values: matrices normal(0, initializerRange), norm weights one; a function of the seed only. */
export function initialParameters(config: LlamaConfig, seed: number): Map<string, Float32Array> {
  const deviation = config.initializerRange ?? llamaDefaults.initializerRange;
  return new Map(
    llamaParameters(validateLlama(config)).map(({ name, shape }) => {
      const count = shape.reduce((a, c) => a * c, 1);
      return [
        name,
        shape.length === 1 ? new Float32Array(count).fill(1) : normals(seed, name, count, deviation),
      ];
    }),
  );
}

/** Rotary tables [positions, headSize / 2]. */
export function ropeTables(config: LlamaConfig, positions: number): { cos: Float32Array; sin: Float32Array } {
  const half = headSize(config) / 2;
  const theta = config.ropeTheta ?? llamaDefaults.ropeTheta;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let t = 0; t < positions; t++) {
    for (let i = 0; i < half; i++) {
      // transformers computes the frequency and the angle in float32.
      const angle = Math.fround(t * Math.fround(1 / theta ** (i / half)));
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** How one block attends: the training form sees whole sequences, the decoding form a cache. */
export type Attend = (layer: number, q: Node, k: Node, v: Node) => Node;

export const attentionScale = (config: LlamaConfig) => 1 / Math.sqrt(headSize(config));

/** Hidden rows [N, hidden] through all layers and the final norm. */
export function llamaBody(
  b: GraphBuilder,
  config: LlamaConfig,
  p: Parameters,
  rows: Node,
  attend: Attend,
): Node {
  const eps = config.normEps ?? llamaDefaults.normEps;
  const norm = (x: Node, name: string) => b.apply('rmsnorm', [x, p.get(`${name}.weight`)!], { eps });
  const linear = (x: Node, name: string) => b.matmul(x, p.get(`${name}.weight`)!, { tb: true });
  let x = rows;
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`;
    const h = norm(x, `${layer}.input_layernorm`);
    const [q, k, v] = ['q', 'k', 'v'].map((w) => linear(h, `${layer}.self_attn.${w}_proj`));
    x = b.add(x, linear(attend(i, q, k, v), `${layer}.self_attn.o_proj`));
    const m = norm(x, `${layer}.post_attention_layernorm`);
    const gated = b.apply('swiglu', [linear(m, `${layer}.mlp.gate_proj`), linear(m, `${layer}.mlp.up_proj`)]);
    x = b.add(x, linear(gated, `${layer}.mlp.down_proj`));
  }
  return norm(x, 'model.norm');
}

/** Logits [N, vocabulary] of final hidden rows. */
export function llamaHead(b: GraphBuilder, config: LlamaConfig, p: Parameters, hidden: Node): Node {
  const name = config.tieEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return b.matmul(hidden, p.get(name)!, { tb: true });
}

/** Logits [B * T, vocabulary] of whole sequences of token ids [B, T], causal from position 0. */
export function llamaLogits(b: GraphBuilder, config: LlamaConfig, p: Parameters, ids: Node): Node {
  const [n, t] = ids.shape;
  if (t > config.maxPositions) throw new RangeError(`${t} positions, the model has ${config.maxPositions}`);
  const [heads, kv, size] = [config.heads, keyValueHeads(config), headSize(config)];
  const tables = ropeTables(config, t);
  const cos = b.table('rope.cos', [t, size / 2], tables.cos);
  const sin = b.table('rope.sin', [t, size / 2], tables.sin);
  const rotate = (x: Node, h: number) => b.apply('rope', [b.reshape(x, [n, t, h, size]), cos, sin]);
  const attend: Attend = (_layer, q, k, v) => {
    const operands = [rotate(q, heads), rotate(k, kv), b.reshape(v, [n, t, kv, size])];
    const out = b.apply('attention', operands, { causal: true, scale: attentionScale(config) });
    return b.reshape(b.pick(out, 0), [n * t, config.hiddenSize]);
  };
  const rows = b.reshape(b.gather(p.get('model.embed_tokens.weight')!, ids), [n * t, config.hiddenSize]);
  return llamaHead(b, config, p, llamaBody(b, config, p, rows, attend));
}
