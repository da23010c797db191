// What may follow attention inside of its kernel, over whole sequences and over caches.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { type NdArray, tabulate } from '../core/ndarray.ts';
import { epilogues } from './epilogues.ts';
import { random } from './random.ts';

/** Of a batch of two. */
export interface AttentionSizes {
  readonly rows: number;
  readonly keys: number;
  readonly heads: number;
  readonly sharedHeads: number;
  readonly size: number;
  readonly causal: boolean;
}

/** Fills `params` with what the values it returns are computed from. */
export function attentionEpilogues(
  b: GraphBuilder,
  params: Map<string, NdArray>,
  { rows, keys, heads, sharedHeads, size, causal }: AttentionSizes,
): Node[] {
  const r = random(rows + size);
  const make = (name: string, shape: number[]) => {
    params.set(
      name,
      tabulate(shape, 'f32', () => r.real(-1, 1)),
    );
    return b.param(name, shape);
  };
  const attrs = { causal, scale: 0.3 };
  const q = make('q', [2, rows, heads, size]);
  const [k, v] = ['k', 'v'].map((name) => make(name, [2, keys, sharedHeads, size]));
  const attend = (factor: number) => b.apply('attention', [b.mul(q, factor), k, v], attrs);
  const z = make('z', [2 * rows * heads, size]);
  const product = (factor: number) => b.reshape(b.pick(attend(factor), 0), z.shape);
  const [flat, other] = [b.reshape(z, [2 * rows, heads * size]), attend(-1)];
  const lse = b.reshape(b.permute(b.pick(other, 1), [0, 2, 1]), [2 * rows * heads, 1]);
  return [
    ...epilogues(b, product, z),
    // As models have it: a row of all heads.
    b.mul(b.reshape(product(6), flat.shape), b.tanh(flat)),
    // The second result leaves too, and takes part in what comes later.
    ...[b.pick(other, 1), b.mul(b.tanh(b.reshape(b.pick(other, 0), z.shape)), lse)],
    ...cachedEpilogues(b, make, { keys, heads, sharedHeads, size }),
  ];
}

type Make = (name: string, shape: number[]) => Node;

/** One row against a cache; then four of one sequence and one of another. */
export function cachedEpilogues(
  b: GraphBuilder,
  make: Make,
  { keys, heads, sharedHeads, size }: Omit<AttentionSizes, 'rows' | 'causal'>,
): Node[] {
  const attrs = { scale: 0.3 };
  const [one, last] = [make('one', [heads, size]), b.full([1], keys - 2, 'i32')];
  const caches = ['kc', 'vc'].map((name) => make(name, [keys, sharedHeads, size]));
  const decoded = b.apply('attention_decode', [one, ...caches, last], attrs);
  const many = make('many', [5, heads, size]);
  const slots = ['ks', 'vs'].map((name) => make(name, [2, sharedHeads, keys, size]));
  const position = b.iota([5], 0);
  const [first, second, four] = [0, 1, 4].map((value) => b.full([5], value, 'i32'));
  const slot = b.where(b.cmplt(position, four), second, first);
  const rows = b.apply('attention_rows', [many, ...slots, slot, position], attrs);
  const flat = (x: Node) => b.reshape(x, [5, heads * size]);
  return [b.mul(b.tanh(decoded), one), b.mul(flat(rows), b.exp(flat(many)))];
}
