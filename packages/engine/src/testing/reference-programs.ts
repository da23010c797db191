// Six small programs that between them use every kernel class and every template: their kernels' texts are pinned.

import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import type { Trace } from '../schedule/program.ts';

const [ROWS, WIDTH, HEADS] = [64, 48, 3];

const trace = (builder: GraphBuilder, outputs: Record<string, Node>): Trace => ({
  builder,
  outputs: new Map(Object.entries(outputs)),
});

/** Loss of a linear head over `x`, and the gradients of all `weights`. */
function withGradients(b: GraphBuilder, x: Node, weights: Record<string, Node>): Trace {
  const head = b.param('head', [100, WIDTH]);
  const logits = b.matmul(x, head, { tb: true });
  const loss = b.mean(b.pick(b.apply('cross_entropy', [logits, b.param('targets', [ROWS], 'i32')]), 0));
  const all = { ...weights, head };
  const grads = gradients(b, loss, Object.values(all));
  return trace(b, {
    loss,
    ...Object.fromEntries(Object.keys(all).map((name, i) => [`d_${name}`, grads[i]])),
  });
}

function attend(b: GraphBuilder, q: Node, k: Node, v: Node): Node {
  const heads = (x: Node) => b.reshape(x, [2, ROWS / 2, HEADS, WIDTH / HEADS]);
  const out = b.apply('attention', [heads(q), heads(k), heads(v)], { causal: true, scale: 0.25 });
  return b.reshape(b.pick(out, 0), [ROWS, WIDTH]);
}

/** GPT-2's block: LayerNorm, biases, one projection to q, k and v, GELU. */
function gptBlock(): Trace {
  const b = new GraphBuilder();
  const w = {
    embedding: b.param('embedding', [100, WIDTH]),
    qkv: b.param('qkv', [3 * WIDTH, WIDTH]),
    bias: b.param('bias', [3 * WIDTH]),
    out: b.param('out', [WIDTH, WIDTH]),
    gain: b.param('gain', [WIDTH]),
    shift: b.param('shift', [WIDTH]),
  };
  const x = b.gather(w.embedding, b.param('ids', [ROWS], 'i32'));
  const normed = b.apply('layernorm', [x, w.gain, w.shift], { eps: 1e-5 });
  const qkv = b.add(b.matmul(normed, w.qkv, { tb: true }), w.bias);
  const [q, k, v] = [0, 1, 2].map((i) => b.slice(qkv, [0, i * WIDTH], [ROWS, WIDTH]));
  const hidden = b.apply('gelu', [b.add(x, b.matmul(attend(b, q, k, v), w.out, { tb: true }))], {
    tanh: true,
  });
  return withGradients(b, hidden, w);
}

/** Llama's block: RMSNorm, rotary positions, SwiGLU. */
function llamaBlock(): Trace {
  const b = new GraphBuilder();
  const half = WIDTH / HEADS / 2;
  const angles = Float32Array.from({ length: (ROWS / 2) * half }, (_, i) => i / 100);
  const [cos, sin] = [Math.cos, Math.sin].map((f) => b.table(f.name, [ROWS / 2, half], angles.map(f)));
  const w = {
    x: b.param('x', [ROWS, WIDTH]),
    gain: b.param('gain', [WIDTH]),
    q: b.param('q', [WIDTH, WIDTH]),
    gate: b.param('gate', [WIDTH, WIDTH]),
    up: b.param('up', [WIDTH, WIDTH]),
  };
  const normed = b.apply('rmsnorm', [w.x, w.gain], { eps: 1e-5 });
  const heads = b.reshape(b.matmul(normed, w.q, { tb: true }), [2, ROWS / 2, HEADS, WIDTH / HEADS]);
  const q = b.reshape(b.apply('rope', [heads, cos, sin]), [ROWS, WIDTH]);
  const mixed = b.add(w.x, attend(b, q, q, normed));
  const gated = b.apply('swiglu', [b.matmul(mixed, w.gate), b.matmul(mixed, w.up)]);
  return withGradients(b, gated, w);
}

function adamW(): Trace {
  const b = new GraphBuilder();
  const shapes = [[WIDTH, WIDTH], [WIDTH]];
  const part = (kind: string) => shapes.map((shape, i) => b.param(`${kind}${i}`, shape));
  const grads = part('g');
  const scale = b.min(b.div(1, b.add(b.apply('global_norm', grads), 1e-6)), 1);
  const operands = [b.param('hyper', [3]), scale, ...part('p'), ...grads, ...part('m'), ...part('v')];
  const step = b.apply('adamw', operands, { beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: [0.1, 0] });
  return { ...trace(b, {}), updates: new Map([0, 1].map((i) => [`p${i}`, b.pick(step, i)])) };
}

/** One token against a cache. */
function decoding(): Trace {
  const b = new GraphBuilder();
  const position = b.param('position', [1], 'i32');
  const row = b.param('row', [HEADS, WIDTH / HEADS]);
  const cache = b.apply('cache_update', [b.param('cache', [ROWS, HEADS, WIDTH / HEADS]), row, position]);
  const o = b.apply('attention_decode', [row, cache, cache, position], { scale: 0.25 });
  const logits = b.matmul(b.reshape(o, [1, WIDTH]), b.param('head', [100, WIDTH]), { tb: true });
  return { ...trace(b, { p: b.apply('softmax', [logits]) }), updates: new Map([['cache', cache]]) };
}

/** Reductions along rows, columns and over everything, short and long. */
function reductions(): Trace {
  const b = new GraphBuilder();
  const x = b.param('x', [640, 96]);
  const centred = b.sub(x, b.mean(x, [-1]));
  return trace(b, {
    rows: b.sum(centred, [1]),
    columns: b.sum(b.exp(x), [0]),
    all: b.mean(x),
    top: b.reduceMax(x),
  });
}

/** Movement with guards, strides and turned axes, and integer arithmetic. */
function movement(): Trace {
  const b = new GraphBuilder();
  const x = b.param('x', [12, 40]);
  const turned = b.slice(x, [11, 38], [6, 20], [-2, -2]);
  const joined = b.concat([turned, b.pad(b.slice(x, [0, 0], [6, 18]), [0, 1], [0, 1])], 0);
  const column = b.toF32(b.iota([12, 20], 1));
  return trace(b, { y: b.permute(b.where(b.cmplt(column, joined), joined, b.tanh(column)), [1, 0]) });
}

export const referencePrograms: Readonly<Record<string, () => Trace>> = {
  'GPT block': gptBlock,
  'Llama block': llamaBlock,
  AdamW: adamW,
  decoding,
  reductions,
  movement,
};
