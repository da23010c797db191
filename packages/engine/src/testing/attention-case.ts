// Attention with what follows it and its gradient on a device against the interpreter.

import { GraphBuilder } from '../core/builder.ts';
import { type NdArray, tabulate } from '../core/ndarray.ts';
import type { AsyncDevice } from '../runtime/async-device.ts';
import { compareAsync } from './compare-async.ts';
import { random } from './random.ts';

/** (queries, keys, query heads, key heads, head size, causal) of a batch of two. */
export type AttentionSizes = readonly [number, number, number, number, number, boolean];

export async function attentionCase(
  device: AsyncDevice,
  [rows, s, hq, hk, size, causal]: AttentionSizes,
): Promise<void> {
  const b = new GraphBuilder();
  const r = random(rows);
  const params = new Map<string, NdArray>();
  const input = (name: string, shape: number[]) => {
    params.set(
      name,
      tabulate(shape, 'f32', () => r.real(-1, 1)),
    );
    return b.param(name, shape);
  };
  const [q, go] = ['q', 'go'].map((name) => input(name, [2, rows, hq, size]));
  const [k, v] = ['k', 'v'].map((name) => input(name, [2, s, hk, size]));
  const attrs = { causal, scale: 0.3 };
  const forward = b.apply('attention', [q, k, v], attrs);
  const saved = [b.pick(forward, 0), b.pick(forward, 1)];
  const back = b.apply('attention_bwd', [q, k, v, ...saved, go], attrs);
  const gated = b.mul(b.tanh(saved[0]), go);
  const outputs = [...saved, gated, ...[0, 1, 2].map((i) => b.pick(back, i))];
  await compareAsync(device, b, outputs, params, { rtol: 1e-4, atol: 2e-5 });
}
