// The GPT of gpt-shape.ts as a graph of our engine.

import { GraphBuilder, gradients, type Node, type Trace } from '@tsudoi/engine/tensor';
import { ADAMW, type GptShape, gptParameters } from './gpt-shape.ts';

const gptParams = (b: GraphBuilder, s: GptShape): Map<string, Node> =>
  new Map(gptParameters(s).map(({ name, shape }) => [name, b.param(name, shape)]));

/** One training step: params `ids`, `targets` and those of gpt-shape.ts; output `loss` [1]. */
export function gptStep(s: GptShape): Trace {
  const b = new GraphBuilder();
  const p = gptParams(b, s);
  const loss = gptLoss(b, s);
  const grads = gradients(b, loss, [...p.values()]);
  return { builder: b, outputs: new Map([['loss', loss]]), updates: adamW(b, p, grads) };
}

/** The mean cross-entropy of one batch. */
export function gptLoss(b: GraphBuilder, s: GptShape): Node {
  const p = gptParams(b, s);
  const get = (name: string) => p.get(name) as Node;
  const linear = (x: Node, name: string) =>
    b.add(b.matmul(x, get(`${name}.weight`), { tb: true }), get(`${name}.bias`));
  const norm = (x: Node, name: string) =>
    b.apply('layernorm', [x, get(`${name}.weight`), get(`${name}.bias`)], { eps: 1e-5 });
  const rows = s.batch * s.length;
  const size = s.width / s.heads;

  const ids = b.param('ids', [s.batch, s.length], 'i32');
  const embedded = b.add(b.gather(get('wte'), ids), get('wpe'));
  let x = b.reshape(embedded, [rows, s.width]);
  for (let l = 0; l < s.layers; l++) {
    const qkv = linear(norm(x, `h.${l}.ln_1`), `h.${l}.qkv`);
    const [q, k, v] = [0, 1, 2].map((i) =>
      b.reshape(b.slice(qkv, [0, i * s.width], [rows, s.width]), [s.batch, s.length, s.heads, size]),
    ) as [Node, Node, Node];
    const attended = b.pick(b.apply('attention', [q, k, v], { causal: true, scale: 1 / Math.sqrt(size) }), 0);
    x = b.add(x, linear(b.reshape(attended, [rows, s.width]), `h.${l}.proj`));
    const hidden = b.apply('gelu', [linear(norm(x, `h.${l}.ln_2`), `h.${l}.fc`)], { tanh: true });
    x = b.add(x, linear(hidden, `h.${l}.out`));
  }
  const logits = b.matmul(norm(x, 'ln_f'), get('wte'), { tb: true });
  return b.mean(b.pick(b.apply('cross_entropy', [logits, b.param('targets', [rows], 'i32')]), 0));
}

function adamW(b: GraphBuilder, p: ReadonlyMap<string, Node>, grads: readonly Node[]): Map<string, Node> {
  const names = [...p.keys()];
  const tensors = [...p.values()];
  const moment = (k: number) =>
    names.map((name, i) => b.param(momentName(name, k), (tensors[i] as Node).shape));
  const { beta1, beta2, eps } = ADAMW;
  const decay = tensors.map(() => 0);
  const operands = [b.param(HYPER, [3]), b.full([1], 1), ...tensors, ...grads, ...moment(1), ...moment(2)];
  const step = b.apply('adamw', operands, { beta1, beta2, eps, decay });
  const targets = [names, names.map((n) => momentName(n, 1)), names.map((n) => momentName(n, 2))].flat();
  return new Map(targets.map((name, k) => [name, b.pick(step, k)]));
}

export const HYPER = 'hyper';

/** The first or second moment of a parameter. */
export const momentName = (name: string, order: number): string => `${name}#${order}`;

/** (rate, 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)) of step t = 1, 2, ... */
export const hyperValues = (t: number): Float32Array =>
  Float32Array.of(ADAMW.learningRate, 1 / (1 - ADAMW.beta1 ** t), 1 / Math.sqrt(1 - ADAMW.beta2 ** t));
