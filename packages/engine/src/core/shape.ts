// Shapes are plain arrays of non-negative integers, row-major, sizes in elements.

export type Shape = readonly number[];

export type DType = 'f32' | 'i32' | 'bool';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Every element of the first slice takes four bytes (bool is stored as an i32 of 0 or -1). */
export const BYTES_PER_ELEMENT = 4;

export const numel = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

/** NumPy broadcasting: aligned at the right, sizes equal or one. Throws on a mismatch. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError(`cannot broadcast [${a}] with [${b}]`);
    out.push(x === 1 ? y : x);
  }
  return out;
}

export function normalizeAxis(axis: number, rank: number): number {
  const k = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(k) || k < 0 || k >= rank) throw new ShapeError(`axis ${axis} out of rank ${rank}`);
  return k;
}

/** A graph that does not type-check: a programming error of the model's author. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ShapeError(message);
}
