// A dense float64 array: the value type of the reference interpreter.

import { type DType, numel, type Shape, stridesOf } from './shape.ts';

export interface NdArray {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Float64Array;
}

export function ndarray(shape: Shape, data?: ArrayLike<number>, dtype: DType = 'f32'): NdArray {
  const values = data ? Float64Array.from(data) : new Float64Array(numel(shape));
  if (values.length !== numel(shape)) throw new RangeError(`${values.length} values for [${shape}]`);
  return { shape, dtype, data: values };
}

/** Fills a new array by calling `at` with the multi-index of every element (reused between calls). */
export function tabulate(shape: Shape, dtype: DType, at: (index: number[]) => number): NdArray {
  const out = ndarray(shape, undefined, dtype);
  const index = new Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < out.data.length; flat++) {
    out.data[flat] = at(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** Element reader by multi-index, with the strides computed once. */
export function reader(array: NdArray): (index: readonly number[]) => number {
  const strides = stridesOf(array.shape);
  return (index) => {
    let offset = 0;
    for (let i = 0; i < strides.length; i++) offset += strides[i] * index[i];
    return array.data[offset];
  };
}
