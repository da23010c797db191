// Sources: values that enter a program, and the projection out of an op with several results.

import type { OpRow } from '../graph.ts';
import { ndarray, tabulate } from '../ndarray.ts';
import type { DType, Shape } from '../shape.ts';
import { expect } from '../shape.ts';

/** A named buffer bound from outside: parameter, optimiser state, batch, or constant table. */
const param: OpRow = {
  name: 'param',
  kind: 'source',
  infer: (_inputs, attrs) => [{ shape: attrs.shape as Shape, dtype: attrs.dtype as DType }],
  ref() {
    throw new Error('a param has no value of its own');
  },
};

const constant: OpRow = {
  name: 'const',
  kind: 'source',
  infer: (_inputs, attrs) => [{ shape: [], dtype: attrs.dtype as DType }],
  ref: (_inputs, attrs, [t]) => [ndarray([], [attrs.value as number], t.dtype)],
};

/** 0, 1, 2, ... along one axis. */
const iota: OpRow = {
  name: 'iota',
  kind: 'source',
  infer: (_inputs, attrs) => [{ shape: attrs.shape as Shape, dtype: 'i32' }],
  ref: (_inputs, attrs, [t]) => [tabulate(t.shape, 'i32', (i) => i[attrs.axis as number])],
};

const pick: OpRow = {
  name: 'pick',
  kind: 'source',
  infer() {
    throw new Error('pick is made by the builder');
  },
};

/** Rows of a table [V, ...] by index [...]: result [...index, ...row]. */
const gather: OpRow = {
  name: 'gather',
  kind: 'index',
  infer([table, index]) {
    expect(index.dtype === 'i32' && table.shape.length >= 1, 'gather takes a table and i32 indices');
    return [{ shape: [...index.shape, ...table.shape.slice(1)], dtype: table.dtype }];
  },
  ref([table, index], _attrs, [t]) {
    const width = table.data.length / table.shape[0];
    const out = ndarray(t.shape, undefined, t.dtype);
    index.data.forEach((row, i) => {
      if (row < 0 || row >= table.shape[0]) throw new RangeError(`gather index ${row}`);
      out.data.set(table.data.subarray(row * width, (row + 1) * width), i * width);
    });
    return [out];
  },
  vjp(b, node, [g]) {
    const [table, index] = node.inputs;
    return [g && b.scatterAdd(b.zeros(table.shape), index, g), undefined];
  },
};

/** base[index[i], ...] += update[i, ...], in the order of i: no atomics, always the same bits. */
const scatterAdd: OpRow = {
  name: 'scatter_add',
  kind: 'index',
  infer([base, index, update]) {
    expect(index.dtype === 'i32', 'scatter_add takes i32 indices');
    const want = [...index.shape, ...base.shape.slice(1)];
    expect(`${want}` === `${update.shape}`, `scatter_add of [${update.shape}], expected [${want}]`);
    return [base];
  },
  ref([base, index, update], _attrs, [t]) {
    const width = base.data.length / base.shape[0];
    const out = ndarray(t.shape, base.data, t.dtype);
    index.data.forEach((row, i) => {
      for (let k = 0; k < width; k++) out.data[row * width + k] += update.data[i * width + k];
    });
    return [out];
  },
  vjp(b, node, [g]) {
    return [g, undefined, g && b.gather(g, node.inputs[1])];
  },
};

export const sourceRows: readonly OpRow[] = [param, constant, iota, pick, gather, scatterAdd];
