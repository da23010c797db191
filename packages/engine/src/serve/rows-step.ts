// The step of a server: R rows, each one token of some sequence at some position, against a cache with one slot per
// sequence. A prompt is a run of rows, decoding is one row per sequence; both are the same graph.

import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { type Attend, logitsOf, paramNodes, singleTokens } from '../models/model.ts';
import type { Trace } from '../schedule/program.ts';

/** Reads every matrix as [out, in], the order in which one row of activations meets it and in which blocks lie. */
class ServingBuilder extends GraphBuilder {
  readonly transposed = new Set<string>();

  override matmul(a: Node, b: Node, options: { ta?: boolean; tb?: boolean } = {}): Node {
    if (b.op !== 'param' || options.ta || options.tb) return super.matmul(a, b, options);
    const name = b.attrs.name as string;
    this.transposed.add(name);
    return super.matmul(a, this.param(name, [b.shape[1], b.shape[0]]), { tb: true });
  }
}

export interface RowsStepOptions {
  readonly rows: number;
  /** Sequences that the cache holds. */
  readonly slots: number;
  /** Positions of a slot. */
  readonly context: number;
  /** Logits of every row, or of the one that the param `last` names. */
  readonly logits: 'every' | 'last';
}

export interface RowsStep extends Trace {
  /** Parameters that are read transposed. */
  readonly transposed: ReadonlySet<string>;
}

/** Shape [slots, heads, positions, size] of the cache of keys or values of one layer. */
export function cacheShape(config: ModelConfig, slots: number, context: number): number[] {
  const { keyValueHeads, headSize } = modelOf(config).attention;
  return [slots, keyValueHeads, context, headSize];
}

/** Params token, slot, position (i32 [rows]; slot -1 for padding) and, for one row's logits, last (i32 [1]). */
export function traceRowsStep(config: ModelConfig, options: RowsStepOptions): RowsStep {
  const { rows, slots, context } = options;
  const b = new ServingBuilder();
  const model = modelOf(config);
  const parameters = paramNodes(b, model);
  const { heads, keyValueHeads: kv, headSize: size, scale } = model.attention;
  const [token, slot, position] = ['token', 'slot', 'position'].map((name) => b.param(name, [rows], 'i32'));
  const updates = new Map<string, Node>();
  const remember = (name: string, added: Node) => {
    const cache = b.param(name, cacheShape(config, slots, context));
    const next = b.apply('cache_write', [cache, b.reshape(added, [rows, kv, size]), slot, position]);
    updates.set(name, next);
    return next;
  };
  const attend: Attend = (layer, q, k, v) => {
    const keys = remember(`cache.${layer}.k`, k);
    const values = remember(`cache.${layer}.v`, v);
    const query = b.reshape(q, [rows, heads, size]);
    const out = b.apply('attention_rows', [query, keys, values, slot, position], { scale });
    return b.reshape(out, [rows, heads * size]);
  };
  const hidden = model.hidden(b, parameters, token, singleTokens(b, position, context), attend);
  const asked = options.logits === 'every' ? hidden : b.gather(hidden, b.param('last', [1], 'i32'));
  const outputs = new Map([['logits', logitsOf(b, model, parameters, asked)]]);
  return { builder: b, outputs, updates, transposed: b.transposed };
}
