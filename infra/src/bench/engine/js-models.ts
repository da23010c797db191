// The two small models that JavaScript libraries are compared on, written once over the few operations that jax-js and
// tfjs share: a classifier 784-256-10 and a GPT of two layers. Plain gradient descent; token ids enter as one-hot rows,
// which both libraries can differentiate.

import { type GptShape, gptParameters, gptTokens, gptWeights } from './gpt-shape.ts';

export interface TensorOps<T> {
  matmul(a: T, b: T): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  scale(a: T, by: number): T;
  addScalar(a: T, by: number): T;
  /** Mean over the last axis, kept. */
  mean(a: T): T;
  rsqrt(a: T): T;
  tanh(a: T): T;
  relu(a: T): T;
  softmax(a: T): T;
  logSoftmax(a: T): T;
  reshape(a: T, shape: number[]): T;
  transpose(a: T, order: number[]): T;
  /** Columns [from, from + count) of a matrix. */
  columns(a: T, from: number, count: number): T;
  /** Sum of everything, a scalar. */
  sum(a: T): T;
}

export interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface JsModel {
  readonly parameters: readonly Named[];
  /** Inputs in order; not differentiated. */
  readonly inputs: readonly Named[];
  readonly learningRate: number;
  loss<T>(t: TensorOps<T>, p: ReadonlyMap<string, T>, inputs: readonly T[]): T;
}

function oneHot(ids: readonly number[], classes: number): Float32Array {
  const out = new Float32Array(ids.length * classes);
  ids.forEach((id, i) => {
    out[i * classes + id] = 1;
  });
  return out;
}

export const MLP = { batch: 128, inputs: 784, hidden: 256, classes: 10 } as const;
export const GPT: GptShape = { vocab: 256, length: 64, layers: 2, heads: 4, width: 64, batch: 4 };

const noise = (n: number, seed: number, scale: number) =>
  Float32Array.from({ length: n }, (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >> 8) / 2 ** 23) * scale);
export const mlpLabels = (): number[] => Array.from({ length: MLP.batch }, (_, i) => (i * 7) % MLP.classes);

const crossEntropy = <T>(t: TensorOps<T>, logits: T, labels: T, rows: number): T =>
  t.scale(t.sum(t.mul(t.logSoftmax(logits), labels)), -1 / rows);

export const mlp: JsModel = {
  parameters: [
    { name: 'w1', shape: [MLP.inputs, MLP.hidden], values: noise(MLP.inputs * MLP.hidden, 1, 0.05) },
    { name: 'b1', shape: [MLP.hidden], values: new Float32Array(MLP.hidden) },
    { name: 'w2', shape: [MLP.hidden, MLP.classes], values: noise(MLP.hidden * MLP.classes, 2, 0.1) },
    { name: 'b2', shape: [MLP.classes], values: new Float32Array(MLP.classes) },
  ],
  inputs: [
    { name: 'x', shape: [MLP.batch, MLP.inputs], values: noise(MLP.batch * MLP.inputs, 3, 1) },
    { name: 'y', shape: [MLP.batch, MLP.classes], values: oneHot(mlpLabels(), MLP.classes) },
  ],
  learningRate: 0.1,
  loss(t, p, inputs) {
    const [x, y] = inputs as [never, never];
    const get = (name: string) => at(p, name);
    const hidden = t.relu(t.add(t.matmul(x, get('w1')), get('b1')));
    return crossEntropy(t, t.add(t.matmul(hidden, get('w2')), get('b2')), y, MLP.batch);
  },
};

/** Parameters of the GPT with linear weights as [out, in], which is what `gpt-shape.ts` writes. */
export function gptNamed(): Named[] {
  const weights = gptWeights(GPT);
  let at = 0;
  return gptParameters(GPT).map(({ name, shape }) => {
    const n = shape.reduce((a, d) => a * d, 1);
    at += n;
    return { name, shape, values: weights.slice(at - n, at) };
  });
}

/** Ids [batch * length] from position `offset` of each row. */
export function gptIds(offset: number): number[] {
  const tokens = gptTokens(GPT);
  const rows = GPT.batch * GPT.length;
  return Array.from(
    { length: rows },
    (_, i) => tokens[Math.floor(i / GPT.length) * (GPT.length + 1) + (i % GPT.length) + offset] as number,
  );
}

const causalMask = () =>
  Float32Array.from({ length: GPT.length ** 2 }, (_, i) =>
    i % GPT.length > Math.floor(i / GPT.length) ? -1e9 : 0,
  );

function at<T>(p: ReadonlyMap<string, T>, name: string): T {
  const found = p.get(name);
  if (found === undefined) throw new Error(`the model has no parameter ${name}`);
  return found;
}

const linear = <T>(t: TensorOps<T>, p: ReadonlyMap<string, T>, x: T, name: string): T =>
  t.add(t.matmul(x, t.transpose(at(p, `${name}.weight`), [1, 0])), at(p, `${name}.bias`));

function norm<T>(t: TensorOps<T>, p: ReadonlyMap<string, T>, x: T, name: string): T {
  const centred = t.sub(x, t.mean(x));
  const inverse = t.rsqrt(t.addScalar(t.mean(t.mul(centred, centred)), 1e-5));
  return t.add(t.mul(t.mul(centred, inverse), at(p, `${name}.weight`)), at(p, `${name}.bias`));
}

function gelu<T>(t: TensorOps<T>, x: T): T {
  const inner = t.mul(x, t.addScalar(t.scale(t.mul(x, x), 0.044715), 1));
  return t.mul(t.scale(x, 0.5), t.addScalar(t.tanh(t.scale(inner, Math.sqrt(2 / Math.PI))), 1));
}

function attend<T>(t: TensorOps<T>, qkv: T, mask: T): T {
  const { batch, length, heads, width } = GPT;
  const size = width / heads;
  const head = (i: number, order: number[]) =>
    t.transpose(t.reshape(t.columns(qkv, i * width, width), [batch, length, heads, size]), order);
  const [q, k, v] = [head(0, [0, 2, 1, 3]), head(1, [0, 2, 3, 1]), head(2, [0, 2, 1, 3])];
  const scores = t.softmax(t.add(t.scale(t.matmul(q, k), 1 / Math.sqrt(size)), mask));
  return t.reshape(t.transpose(t.matmul(scores, v), [0, 2, 1, 3]), [batch * length, width]);
}

export const gpt: JsModel = {
  parameters: gptNamed(),
  inputs: [
    { name: 'ids', shape: [GPT.batch * GPT.length, GPT.vocab], values: oneHot(gptIds(0), GPT.vocab) },
    { name: 'targets', shape: [GPT.batch * GPT.length, GPT.vocab], values: oneHot(gptIds(1), GPT.vocab) },
    { name: 'mask', shape: [GPT.length, GPT.length], values: causalMask() },
  ],
  learningRate: 0.05,
  loss(t, p, inputs) {
    const [ids, targets, mask] = inputs as [never, never, never];
    const rows = GPT.batch * GPT.length;
    const token = t.reshape(t.matmul(ids, at(p, 'wte')), [GPT.batch, GPT.length, GPT.width]);
    let x = t.reshape(t.add(token, at(p, 'wpe')), [rows, GPT.width]);
    for (let l = 0; l < GPT.layers; l++) {
      const qkv = linear(t, p, norm(t, p, x, `h.${l}.ln_1`), `h.${l}.qkv`);
      x = t.add(x, linear(t, p, attend(t, qkv, mask), `h.${l}.proj`));
      const hidden = gelu(t, linear(t, p, norm(t, p, x, `h.${l}.ln_2`), `h.${l}.fc`));
      x = t.add(x, linear(t, p, hidden, `h.${l}.out`));
    }
    const logits = t.matmul(norm(t, p, x, 'ln_f'), t.transpose(at(p, 'wte'), [1, 0]));
    return crossEntropy(t, logits, targets, rows);
  },
};
