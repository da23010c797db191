// One interface over the model families: what trainer, evaluator, generator and the file formats need to know.
// A model works on rows: [batch * length, hidden], so that no layer knows how sequences are cut or cached.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { type CommonConfig, elementsOf, type ParameterInfo } from './config.ts';

export type Family = 'llama' | 'gpt2' | 'gpt_neox';

/** Param nodes by their Hugging Face names. */
export type Parameters = ReadonlyMap<string, Node>;

/** Where the rows of a step stand in their sequences. */
export interface Places {
  readonly batch: number;
  readonly length: number;
  /** Rows [length, width] of a learned table over positions. */
  learned(table: Node): Node;
  /** Rows [length, width] of a constant table over positions. `values` is given their number and how they are used. */
  constant(
    name: string,
    width: number,
    values: (positions: number, mode: 'whole' | 'stepwise') => Float32Array,
  ): Node;
}

/**
 * How a layer attends: q [batch, length, heads, size] and k, v [batch, length, keyValueHeads, size], already rotated,
 * to rows [batch * length, heads * size]. The training form sees whole sequences, the decoding form a cache.
 */
export type Attend = (layer: number, q: Node, k: Node, v: Node) => Node;

export interface Model {
  readonly family: Family;
  readonly config: CommonConfig;
  readonly parameters: readonly ParameterInfo[];
  readonly attention: {
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly headSize: number;
    readonly scale: number;
  };
  /** The longest sequence the model takes. */
  readonly contextLength: number;
  /** Rows through all layers and the final norm. `ids` i32 of batch * length elements. */
  hidden(b: GraphBuilder, p: Parameters, ids: Node, places: Places, attend: Attend): Node;
  /** The output embedding [vocabulary, hidden], tied or not. */
  head(p: Parameters): Node;
}

/** Logits [N, vocabulary] of final hidden rows [N, hidden]. */
export const logitsOf = (b: GraphBuilder, model: Model, p: Parameters, hidden: Node): Node =>
  b.matmul(hidden, model.head(p), { tb: true });

/** Sequences from position 0. */
export function wholeSequences(b: GraphBuilder, batch: number, length: number): Places {
  return {
    batch,
    length,
    learned: (table) => b.slice(table, [0, 0], [length, table.shape[1]]),
    constant: (name, width, values) => b.table(name, [length, width], values(length, 'whole')),
  };
}

/** Single tokens, row i at `positions[i]`: i32 [n], each below `capacity`. */
export function singleTokens(b: GraphBuilder, positions: Node, capacity: number): Places {
  return {
    batch: 1,
    length: elementsOf(positions.shape),
    learned: (table) => b.gather(table, positions),
    constant: (name, width, values) =>
      b.gather(b.table(name, [capacity, width], values(capacity, 'stepwise')), positions),
  };
}

/** Causal attention within each of the sequences. */
export const causalAttention =
  (b: GraphBuilder, model: Model): Attend =>
  (_layer, q, k, v) => {
    const [n, t, h, size] = q.shape;
    const out = b.apply('attention', [q, k, v], { causal: true, scale: model.attention.scale });
    return b.reshape(b.pick(out, 0), [n * t, h * size]);
  };

/** Logits [B * T, vocabulary] of whole sequences of token ids [B, T], causal from position 0. */
export function sequenceLogits(b: GraphBuilder, model: Model, p: Parameters, ids: Node): Node {
  const [n, t] = ids.shape;
  if (t > model.contextLength) throw new RangeError(`${t} positions, the model has ${model.contextLength}`);
  const hidden = model.hidden(b, p, ids, wholeSequences(b, n, t), causalAttention(b, model));
  return logitsOf(b, model, p, hidden);
}

/** One param node per parameter, by its Hugging Face name. */
export const paramNodes = (b: GraphBuilder, model: Model): Parameters =>
  new Map(model.parameters.map((p) => [p.name, b.param(p.name, p.shape)]));

/** Number of trained values; tied embeddings count once. */
export const countParameters = (model: Pick<Model, 'parameters'>): number =>
  model.parameters.reduce((n, p) => n + elementsOf(p.shape), 0);

/** Runs `build`, and names the layer in front of what goes wrong in it. */
export function inLayer<T>(name: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith('layer ')) {
      error.message = `layer ${name}: ${error.message}`;
    }
    throw error;
  }
}
