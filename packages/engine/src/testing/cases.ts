// One random example per row of the op table: inputs of a legal range and the call. Gradient checks,
// backend comparisons and the coverage test all draw from here.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import type { NdArray } from '../core/ndarray.ts';
import { ndarray, tabulate } from '../core/ndarray.ts';
import type { DType, Shape } from '../core/shape.ts';
import { numel } from '../core/shape.ts';
import type { Random } from './random.ts';

export interface OpCase {
  readonly inputs: readonly NdArray[];
  readonly build: (b: GraphBuilder, inputs: readonly Node[]) => readonly Node[];
}

type MakeCase = (r: Random, size: () => number) => OpCase;

const reals = (r: Random, shape: Shape, low = -2, high = 2) =>
  tabulate(shape, 'f32', () => r.real(low, high));
const ids = (r: Random, shape: Shape, below: number) => tabulate(shape, 'i32', () => r.int(below));
const shapeOf = (size: () => number, rank: number) => Array.from({ length: rank }, size);

/** Values at least 0.05 apart from each other, so that kinks (max, comparisons) are not straddled. */
function spread(r: Random, shape: Shape): NdArray {
  const n = numel(shape);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = r.int(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return ndarray(
    shape,
    order.map((k) => (k - n / 2) * 0.05 + 0.01),
  );
}

function unary(op: string, low = -2, high = 2): MakeCase {
  return (r, size) => ({
    inputs: [reals(r, shapeOf(size, 1 + r.int(3)), low, high)],
    build: (b, [x]) => [b.apply(op, [x])],
  });
}

function binary(op: string, low = -2, high = 2): MakeCase {
  return (r, size) => {
    const shape = shapeOf(size, 1 + r.int(3));
    return {
      inputs: [reals(r, shape), reals(r, shape, low, high)],
      build: (b, [x, y]) => [b.apply(op, [x, y])],
    };
  };
}

/** Both operands from one spread set, so that no pair is close. */
function ordered(op: string): MakeCase {
  return (r, size) => {
    const shape = shapeOf(size, 2);
    return {
      inputs: [spread(r, [2, ...shape])],
      build(b, [both]) {
        const half = (i: number) => b.reshape(b.slice(both, [i, 0, 0], [1, ...shape]), shape);
        const out = b.apply(op, [half(0), half(1)]);
        return [out.dtype === 'bool' ? b.toF32(out) : out];
      },
    };
  };
}

function logic(op: string): MakeCase {
  return (r, size) => ({
    inputs: [reals(r, shapeOf(size, 2))],
    build(b, [x]) {
      const [left, right] = [b.cmplt(x, 1), b.cmplt(-1, x)];
      return [b.toF32(b.apply(op, op === 'not' ? [left] : [left, right]))];
    },
  });
}

function reduction(op: 'sum' | 'reduce_max'): MakeCase {
  return (r, size) => {
    const shape = shapeOf(size, 3);
    const from = r.int(3);
    const to = from + 1 + r.int(3 - from);
    return { inputs: [spread(r, shape)], build: (b, [x]) => [b.reduce(op, x, from, to)] };
  };
}

function attentionInputs(r: Random, size: () => number): { inputs: NdArray[]; causal: boolean } {
  const [n, group, kv, d] = [1 + r.int(2), 1 + r.int(2), 1 + r.int(2), 2 * (1 + r.int(3))];
  const causal = r.int(2) === 0;
  const t = size();
  const s = causal ? t + r.int(2) : size();
  return {
    inputs: [reals(r, [n, t, kv * group, d]), reals(r, [n, s, kv, d]), reals(r, [n, s, kv, d])],
    causal,
  };
}

/** One to three spatial axes, everything about them at random, and any of the three tensors as the result. */
function convCase(r: Random, size: () => number): OpCase {
  const axes = r.pick([1, 1, 2, 2, 3]);
  const perAxis = (most: number) => Array.from({ length: axes }, () => 1 + r.int(most));
  const [stride, dilation, spread] = [perAxis(3), perAxis(2), perAxis(r.pick([1, 2]))];
  const kernel = perAxis(3);
  const low = kernel.map((k) => r.int(k + 1));
  const input = kernel.map((k, axis) => 1 + Math.ceil(((k - 1) * dilation[axis]) / spread[axis]) + r.int(4));
  const groups = r.pick([1, 1, 1, 2, 3]);
  const few = () => Math.min(20, size());
  const [per, made, batch] = [
    groups > 1 ? r.pick([1, 2]) : few(),
    groups > 1 ? r.pick([1, 3]) : few(),
    1 + r.int(2),
  ];
  const output = input.map((n, axis) => {
    const room = (n - 1) * spread[axis] + 1 + 2 * low[axis] - (kernel[axis] - 1) * dilation[axis] - 1;
    return Math.floor(room / stride[axis]) + 1;
  });
  const shapes = {
    input: [batch, ...input, groups * per],
    kernel: [groups * made, ...kernel, per],
    output: [batch, ...output, groups * made],
  };
  const gives = r.pick(['output', 'input', 'kernel'] as const);
  const [first, second] = (['input', 'kernel', 'output'] as const).filter((role) => role !== gives);
  const attrs = { gives, groups, stride, dilation, spread, low, size: { input, kernel, output }[gives] };
  const inputs = [reals(r, shapes[first]), reals(r, shapes[second])];
  const extra = r.pick(['', 'residual', 'bias', 'both']);
  if (extra === 'residual' || extra === 'both') inputs.push(reals(r, shapes[gives]));
  const bias = gives !== 'kernel' && (extra === 'bias' || extra === 'both');
  if (bias) inputs.push(reals(r, shapes[gives].slice(-1)));
  return { inputs, build: (b, operands) => [b.apply('conv', operands, { ...attrs, bias })] };
}

const movement: Readonly<Record<string, MakeCase>> = {
  reshape: (r, size) => {
    const [a, b0, c] = shapeOf(size, 3);
    return { inputs: [reals(r, [a, b0, c])], build: (b, [x]) => [b.reshape(x, [c, a * b0])] };
  },
  permute: (r, size) => {
    const order = r.pick([
      [2, 0, 1],
      [0, 2, 1],
      [2, 1, 0],
    ]);
    return { inputs: [reals(r, shapeOf(size, 3))], build: (b, [x]) => [b.permute(x, order)] };
  },
  expand: (r, size) => {
    const [a, c] = shapeOf(size, 2);
    return { inputs: [reals(r, [a, 1, c])], build: (b, [x]) => [b.expand(x, [a, 3, c])] };
  },
  slice: (r, size) => {
    const shape = shapeOf(size, 2);
    const start = shape.map((d) => r.int(d));
    const step = shape.map(() => r.pick([1, 1, 2, 3, -1, -2]));
    const room = shape.map((d, i) =>
      Math.floor((step[i] > 0 ? d - 1 - start[i] : start[i]) / Math.abs(step[i])),
    );
    const count = room.map((n) => 1 + r.int(n + 1));
    return { inputs: [reals(r, shape)], build: (b, [x]) => [b.slice(x, start, count, step)] };
  },
  pad: (r, size) => {
    const [before, after] = [
      [r.int(3), r.int(3)],
      [r.int(3), r.int(3)],
    ];
    return { inputs: [reals(r, shapeOf(size, 2))], build: (b, [x]) => [b.pad(x, before, after)] };
  },
  concat: (r, size) => {
    const [a, c, d] = shapeOf(size, 3);
    const axis = r.int(2);
    const other = axis === 0 ? [c, d] : [a, c];
    return {
      inputs: [reals(r, [a, d]), reals(r, other), reals(r, [a, d])],
      build: (b, parts) => [b.concat(parts, axis)],
    };
  },
};

const layers: Readonly<Record<string, MakeCase>> = {
  matmul: (r, size) => {
    const [m, n, k] = shapeOf(size, 3);
    const [ta, tb] = [r.int(2) === 0, r.int(2) === 0];
    const lead = r.int(2) === 0 ? [] : [2];
    const inputs = [
      reals(r, [...lead, ...(ta ? [k, m] : [m, k])]),
      reals(r, [...lead, ...(tb ? [n, k] : [k, n])]),
    ];
    if (r.int(2) === 0) return { inputs, build: (b, [x, y]) => [b.matmul(x, y, { ta, tb })] };
    inputs.push(reals(r, [...lead, m, n]));
    return { inputs, build: (b, operands) => [b.apply('matmul', operands, { ta, tb })] };
  },
  conv: convCase,
  rmsnorm: (r, size) => {
    const [n, d] = shapeOf(size, 2);
    return {
      inputs: [reals(r, [n, d], 0.3, 2), reals(r, [d])],
      build: (b, operands) => [b.apply('rmsnorm', operands, { eps: 1e-5 })],
    };
  },
  layernorm: (r, size) => {
    const [n, d] = [size(), 1 + size()];
    return {
      inputs: [spread(r, [n, d]), reals(r, [d]), reals(r, [d])],
      build: (b, operands) => [b.apply('layernorm', operands, { eps: 1e-2 })],
    };
  },
  erf: unary('erf', -4, 4),
  gelu: (r, size) => {
    const tanh = r.int(2) === 0;
    return {
      inputs: [reals(r, shapeOf(size, 2), -4, 4)],
      build: (b, [x]) => [b.apply('gelu', [x], { tanh })],
    };
  },
  rope: (r, size) => {
    const [t, half] = [size(), 1 + r.int(9)];
    const angles = tabulate([t, half], 'f32', ([i, j]) => i / (j + 1));
    return {
      inputs: [reals(r, [2, t, 1 + r.int(3), 2 * half])],
      build(b, [x]) {
        const table = (name: string, f: (a: number) => number) =>
          b.table(`${name}${angles.shape}`, angles.shape, Float32Array.from(angles.data, f));
        return [b.apply('rope', [x, table('cos', Math.cos), table('sin', Math.sin)])];
      },
    };
  },
  silu: unary('silu'),
  softcap: (r, size) => {
    const cap = r.pick([1, 30]);
    return {
      inputs: [reals(r, shapeOf(size, 2), -4, 4)],
      build: (b, [x]) => [b.apply('softcap', [x], { cap })],
    };
  },
  swiglu: binary('swiglu'),
  softmax: unary('softmax'),
  attention: (r, size) => {
    const { inputs, causal } = attentionInputs(r, size);
    return { inputs, build: (b, x) => [b.pick(b.apply('attention', x, { causal, scale: 0.4 }), 0)] };
  },
  attention_bwd: (r, size) => {
    // Saved values must belong together, so the op is reached through the gradient of attention.
    const { inputs, causal } = attentionInputs(r, size);
    return {
      inputs: [...inputs, reals(r, inputs[0].shape)],
      build(b, [q, k, v, g]) {
        const forward = b.apply('attention', [q, k, v], { causal, scale: 0.4 });
        const saved = [b.pick(forward, 0), b.pick(forward, 1), g];
        const back = b.apply('attention_bwd', [q, k, v, ...saved], { causal, scale: 0.4 });
        return [0, 1, 2].map((i) => b.pick(back, i));
      },
    };
  },
  attention_decode: (r, size) => {
    const [s, kv, d] = [size(), 1 + r.int(2), 2 * (1 + r.int(9))];
    return {
      inputs: [reals(r, [kv * 2, d]), reals(r, [s, kv, d]), reals(r, [s, kv, d]), ids(r, [1], s)],
      build: (b, operands) => [b.apply('attention_decode', operands, { scale: 0.4 })],
    };
  },
  cache_update: (r, size) => {
    const [s, kv, d] = shapeOf(size, 3);
    return {
      inputs: [reals(r, [s, kv, d]), reals(r, [kv, d]), ids(r, [1], s)],
      build: (b, operands) => [b.apply('cache_update', operands)],
    };
  },
  cache_write: (r, size) => {
    const [z, h, s, d, n] = [1 + r.int(3), 1 + r.int(2), size(), size(), 1 + r.int(4)];
    const slots = tabulate([n], 'i32', () => r.int(z + 1) - 1);
    return {
      inputs: [reals(r, [z, h, s, d]), reals(r, [n, h, d]), slots, ids(r, [n], s)],
      build: (b, operands) => [b.apply('cache_write', operands)],
    };
  },
  attention_rows: (r, size) => {
    const [z, kv, s, d] = [1 + r.int(3), 1 + r.int(2), 1 + size(), 2 * (1 + r.int(40))];
    // Rows of one sequence in a run, then rows of any: the two ways kernels take.
    const run = Math.min(s, 1 + r.int(5));
    const [n, first] = [run + r.int(3), r.int(s - run + 1)];
    const slot = tabulate([n], 'i32', ([i]) => (i < run ? 0 : r.int(z)));
    const position = tabulate([n], 'i32', ([i]) => (i < run ? first + i : r.int(s)));
    return {
      inputs: [reals(r, [n, kv * 2, d]), reals(r, [z, kv, s, d]), reals(r, [z, kv, s, d]), slot, position],
      build: (b, operands) => [b.apply('attention_rows', operands, { scale: 0.4 })],
    };
  },
  cross_entropy: (r, size) => {
    const [n, v] = shapeOf(size, 2);
    return {
      inputs: [reals(r, [n, v]), ids(r, [n], v)],
      build(b, operands) {
        const both = b.apply('cross_entropy', operands);
        return [b.pick(both, 0), b.pick(both, 1)];
      },
    };
  },
  cross_entropy_bwd: (r, size) => {
    const [n, v] = shapeOf(size, 2);
    return {
      inputs: [reals(r, [n, v]), ids(r, [n], v), reals(r, [n])],
      build(b, [logits, targets, g]) {
        const lse = b.pick(b.apply('cross_entropy', [logits, targets]), 1);
        return [b.apply('cross_entropy_bwd', [logits, targets, lse, g])];
      },
    };
  },
  gather: (r, size) => {
    const [v, n, d] = shapeOf(size, 3);
    return { inputs: [reals(r, [v, d]), ids(r, [n, 2], v)], build: (b, [x, i]) => [b.gather(x, i)] };
  },
  scatter_add: (r, size) => {
    const [v, n, d] = shapeOf(size, 3);
    return {
      inputs: [reals(r, [v, d]), ids(r, [n], v), reals(r, [n, d])],
      build: (b, [x, i, u]) => [b.scatterAdd(x, i, u)],
    };
  },
  global_norm: (r, size) => ({
    inputs: [reals(r, shapeOf(size, 2)), reals(r, shapeOf(size, 1))],
    build: (b, operands) => [b.apply('global_norm', operands)],
  }),
  orthogonalize: (r, size) => ({
    inputs: [reals(r, [1 + r.int(2), size(), size()])],
    build: (b, [x]) => [b.apply('orthogonalize', [x], { steps: 5 })],
  }),
  adamw: (r, size) => {
    const shapes = [shapeOf(size, 2), shapeOf(size, 1)];
    const tensors = (low: number, high: number) => shapes.map((s) => reals(r, s, low, high));
    const inputs = [reals(r, [3], 0.5, 2), reals(r, [1], 0.2, 1)];
    inputs.push(...tensors(-1, 1), ...tensors(-1, 1), ...tensors(-0.1, 0.1), ...tensors(0.01, 0.2));
    const attrs = { beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: [0.1, 0] };
    return {
      inputs,
      build(b, operands) {
        const step = b.apply('adamw', operands, attrs);
        return step.types.map((_, i) => b.pick(step, i));
      },
    };
  },
};

const sources: Readonly<Record<string, MakeCase>> = {
  param: (r, size) => ({ inputs: [reals(r, [size()])], build: (_b, [x]) => [x] }),
  const: (r, size) => ({ inputs: [reals(r, [size()])], build: (b, [x]) => [b.mul(x, 3)] }),
  iota: (r, size) => {
    const shape = shapeOf(size, 3);
    const axis = r.int(3);
    return { inputs: [reals(r, shape)], build: (b, [x]) => [b.add(x, b.toF32(b.iota(shape, axis)))] };
  },
  pick: (r, size) => layers.attention_bwd(r, size),
};

const elementwise: Readonly<Record<string, MakeCase>> = {
  ...Object.fromEntries(['neg', 'exp', 'sin', 'cos', 'tanh'].map((op) => [op, unary(op)])),
  ...Object.fromEntries(['log', 'recip', 'sqrt', 'rsqrt'].map((op) => [op, unary(op, 0.3, 3)])),
  ...Object.fromEntries(['add', 'sub', 'mul'].map((op) => [op, binary(op)])),
  div: binary('div', 0.4, 3),
  ...Object.fromEntries(['max', 'min', 'cmplt', 'cmpeq'].map((op) => [op, ordered(op)])),
  ...Object.fromEntries(['and', 'or', 'not'].map((op) => [op, logic(op)])),
  floor: (r, size) => ({ inputs: [spread(r, [size()])], build: (b, [x]) => [b.apply('floor', [x])] }),
  where: (r, size) => {
    const shape = shapeOf(size, 2);
    return {
      inputs: [spread(r, shape), reals(r, shape), reals(r, shape)],
      build: (b, [c, x, y]) => [b.where(b.cmplt(c, 0), x, y)],
    };
  },
  to_f32: (r, size) => {
    const shape = shapeOf(size, 2);
    return { inputs: [reals(r, shape)], build: (b, [x]) => [b.add(x, b.toF32(b.cmplt(x, 9)))] };
  },
  to_i32: (r, size) => ({
    inputs: [spread(r, [size(), 2])],
    build: (b, [x]) => [b.toF32(b.apply('to_i32', [x]))],
  }),
  stop_gradient: (r, size) => ({
    inputs: [reals(r, [size()])],
    build: (b, [x]) => [b.stopGradient(b.exp(x))],
  }),
};

/** Cases by op name; the coverage test demands one for every row. */
export const opCases: ReadonlyMap<string, MakeCase> = new Map(
  Object.entries({
    ...sources,
    ...elementwise,
    sum: reduction('sum'),
    reduce_max: reduction('reduce_max'),
    ...movement,
    ...layers,
  }),
);

export interface BuiltCase {
  readonly params: ReadonlyMap<string, NdArray>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Puts a case into a builder under a prefix. */
export function buildCase(b: GraphBuilder, example: OpCase, prefix = 'x'): BuiltCase {
  const nodes = example.inputs.map((x, i) => b.param(`${prefix}${i}`, x.shape, x.dtype as DType));
  const params = new Map(example.inputs.map((x, i) => [`${prefix}${i}`, x]));
  return { params, nodes, outputs: example.build(b, nodes) };
}
