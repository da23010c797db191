// Movement primitives. They never become kernels: the scheduler turns them into index expressions.

import type { Builder, Node, OpRow } from '../graph.ts';
import { reader, tabulate } from '../ndarray.ts';
import { expect, normalizeAxis, numel, stridesOf } from '../shape.ts';

const ints = (value: unknown): readonly number[] => value as readonly number[];

const reshape: OpRow = {
  name: 'reshape',
  kind: 'movement',
  infer([x], attrs) {
    const shape = ints(attrs.shape);
    expect(numel(x.shape) === numel(shape), `cannot reshape [${x.shape}] to [${shape}]`);
    return [{ shape, dtype: x.dtype }];
  },
  ref: ([x], _attrs, [t]) => [{ shape: t.shape, dtype: t.dtype, data: x.data }],
  vjp: (b, node, [g]) => [g && b.reshape(g, node.inputs[0].shape)],
};

const permute: OpRow = {
  name: 'permute',
  kind: 'movement',
  infer([x], attrs) {
    const order = ints(attrs.order);
    const sorted = [...order].sort((a, b) => a - b);
    expect(
      order.length === x.shape.length && sorted.every((k, i) => k === i),
      `[${order}] is not an order of [${x.shape}]`,
    );
    return [{ shape: order.map((k) => x.shape[k]), dtype: x.dtype }];
  },
  ref([x], attrs, [t]) {
    const strides = stridesOf(x.shape);
    const order = ints(attrs.order);
    const at = (i: number[]) => i.reduce((offset, k, axis) => offset + k * strides[order[axis]], 0);
    return [tabulate(t.shape, t.dtype, (i) => x.data[at(i)])];
  },
  vjp(b, node, [g]) {
    const order = ints(node.attrs.order);
    return [
      g &&
        b.permute(
          g,
          order.map((_, axis) => order.indexOf(axis)),
        ),
    ];
  },
};

/** Repeats axes of size one; the rank does not change. */
const expand: OpRow = {
  name: 'expand',
  kind: 'movement',
  infer([x], attrs) {
    const shape = ints(attrs.shape);
    expect(
      shape.length === x.shape.length && x.shape.every((d, i) => d === shape[i] || d === 1),
      `cannot expand [${x.shape}] to [${shape}]`,
    );
    return [{ shape, dtype: x.dtype }];
  },
  ref([x], _attrs, [t]) {
    const strides = stridesOf(x.shape).map((s, i) => (x.shape[i] === 1 ? 0 : s));
    return [
      tabulate(t.shape, t.dtype, (i) => x.data[i.reduce((offset, k, axis) => offset + k * strides[axis], 0)]),
    ];
  },
  vjp(b, node, [g]) {
    const from = node.inputs[0].shape;
    const axes = from.flatMap((d, i) => (d === 1 && node.shape[i] !== 1 ? [i] : []));
    return [g && b.sum(g, axes)];
  },
};

/** x[start : start + size * step : step] per axis. */
const slice: OpRow = {
  name: 'slice',
  kind: 'movement',
  infer([x], attrs) {
    const [start, size, step] = [ints(attrs.start), ints(attrs.size), ints(attrs.step)];
    x.shape.forEach((d, i) => {
      const last = start[i] + (size[i] - 1) * step[i];
      expect(size[i] >= 0 && start[i] >= 0, `slice of axis ${i} starts at ${start[i]}`);
      expect(size[i] === 0 || (last >= 0 && last < d), `slice of axis ${i} ends at ${last} of ${d}`);
    });
    return [{ shape: size, dtype: x.dtype }];
  },
  ref([x], attrs, [t]) {
    const [start, step, at] = [ints(attrs.start), ints(attrs.step), reader(x)];
    return [tabulate(t.shape, t.dtype, (i) => at(i.map((k, axis) => start[axis] + k * step[axis])))];
  },
  vjp(b, node, [g]) {
    if (!g) return [undefined];
    const from = node.inputs[0].shape;
    const [start, step] = [ints(node.attrs.start), ints(node.attrs.step)];
    if (numel(node.shape) === 0) return [b.zeros(from)];
    let out = g;
    const first = from.map((_, axis) => {
      out = spreadAxis(b, out, axis, step[axis]);
      return step[axis] < 0 ? start[axis] + (node.shape[axis] - 1) * step[axis] : start[axis];
    });
    const kept = out.shape.map((n, axis) => Math.min(n, from[axis] - first[axis]));
    const trimmed = b.slice(
      out,
      kept.map(() => 0),
      kept,
    );
    return [
      b.pad(
        trimmed,
        first,
        from.map((d, axis) => d - first[axis] - kept[axis]),
      ),
    ];
  },
};

/** Puts |step| - 1 zeros after every element of an axis, which a negative step has turned round before. */
export function spreadAxis(b: Builder, x: Node, axis: number, step: number): Node {
  const [n, gap] = [x.shape[axis], Math.abs(step)];
  const origin = x.shape.map(() => 0);
  // One element fits whatever its step says.
  if (n === 1) return x;
  let out = x;
  if (step < 0) {
    const steps = x.shape.map((_, i) => (i === axis ? -1 : 1));
    out = b.slice(
      out,
      origin.map((o, i) => (i === axis ? n - 1 : o)),
      x.shape,
      steps,
    );
  }
  if (gap === 1) return out;
  const split = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const none = split.map(() => 0);
  const padded = b.pad(
    b.reshape(out, split),
    none,
    none.map((_, i) => (i === axis + 1 ? gap - 1 : 0)),
  );
  const merged = x.shape.map((d, i) => (i === axis ? d * gap : d));
  return b.reshape(padded, merged);
}

/** Zero padding by `before` and `after` elements per axis. */
const pad: OpRow = {
  name: 'pad',
  kind: 'movement',
  infer([x], attrs) {
    const [before, after] = [ints(attrs.before), ints(attrs.after)];
    expect(
      [...before, ...after].every((n) => n >= 0),
      'padding is negative',
    );
    return [{ shape: x.shape.map((d, i) => before[i] + d + after[i]), dtype: x.dtype }];
  },
  ref([x], attrs, [t]) {
    const [before, at] = [ints(attrs.before), reader(x)];
    return [
      tabulate(t.shape, t.dtype, (i) => {
        const j = i.map((k, axis) => k - before[axis]);
        return j.every((k, axis) => k >= 0 && k < x.shape[axis]) ? at(j) : 0;
      }),
    ];
  },
  vjp(b, node, [g]) {
    return [g && b.slice(g, ints(node.attrs.before), node.inputs[0].shape)];
  },
};

const concat: OpRow = {
  name: 'concat',
  kind: 'movement',
  infer(inputs, attrs) {
    const axis = normalizeAxis(attrs.axis as number, inputs[0].shape.length);
    for (const t of inputs) {
      expect(
        t.shape.length === inputs[0].shape.length &&
          t.shape.every((d, i) => i === axis || d === inputs[0].shape[i]),
        `concat of [${t.shape}] and [${inputs[0].shape}] along ${axis}`,
      );
      expect(t.dtype === inputs[0].dtype, 'concat: operands differ in dtype');
    }
    const shape = [...inputs[0].shape];
    shape[axis] = inputs.reduce((n, t) => n + t.shape[axis], 0);
    return [{ shape, dtype: inputs[0].dtype }];
  },
  ref(inputs, attrs, [t]) {
    const axis = attrs.axis as number;
    const readers = inputs.map(reader);
    return [
      tabulate(t.shape, t.dtype, (i) => {
        let offset = i[axis];
        let part = 0;
        while (offset >= inputs[part].shape[axis]) offset -= inputs[part++].shape[axis];
        return readers[part](i.map((k, a) => (a === axis ? offset : k)));
      }),
    ];
  },
  vjp(b, node, [g]) {
    const axis = node.attrs.axis as number;
    let offset = 0;
    return node.inputs.map((x) => {
      const start = x.shape.map((_, i) => (i === axis ? offset : 0));
      offset += x.shape[axis];
      return g && b.slice(g, start, x.shape);
    });
  },
};

export const movementRows: readonly OpRow[] = [reshape, permute, expand, slice, pad, concat];
