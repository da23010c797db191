// Movement primitives. They never become kernels: the scheduler turns them into index expressions.

import type { OpRow } from '../graph.ts';
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
    const from = node.inputs[0].shape;
    const [start, step] = [ints(node.attrs.start), ints(node.attrs.step)];
    if (step.some((s) => s !== 1)) throw new Error('the gradient of a strided slice is not defined yet');
    return [
      g &&
        b.pad(
          g,
          start,
          from.map((d, i) => d - start[i] - node.shape[i]),
        ),
    ];
  },
};

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
