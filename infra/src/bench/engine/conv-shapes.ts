// The convolutions of cpu-conv: layers of the models that are to be trained here.

import { GraphBuilder } from '@tsudoi/engine/tensor';

export interface ConvShape {
  readonly title: string;
  /** [batch, positions..., channels]. */
  readonly x: readonly number[];
  /** [out, taps..., channels of a group]. */
  readonly w: readonly number[];
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly bias: boolean;
  /** Whether the backward pass needs the gradient of x: what comes first in a model does not. */
  readonly inner: boolean;
}

export const convShapes: Readonly<Record<string, ConvShape>> = {
  clip: {
    title: 'CLIP ViT-B/16, patches of 8 images',
    x: [8, 224, 224, 3],
    w: [768, 16, 16, 3],
    ...{ stride: 16, padding: 0, groups: 1, bias: true, inner: false },
  },
  unet: {
    title: 'Stable Diffusion UNet, 3 x 3, 320 channels, 64 x 64',
    x: [1, 64, 64, 320],
    w: [320, 3, 3, 320],
    ...{ stride: 1, padding: 1, groups: 1, bias: true, inner: true },
  },
  hubert0: {
    title: 'HuBERT, first layer, 4 s of sound',
    x: [1, 64000, 1],
    w: [512, 10, 1],
    ...{ stride: 5, padding: 0, groups: 1, bias: false, inner: false },
  },
  hubert1: {
    title: 'HuBERT, second layer, 1 s of sound',
    x: [1, 3199, 512],
    w: [512, 3, 512],
    ...{ stride: 2, padding: 0, groups: 1, bias: false, inner: true },
  },
  positions: {
    title: 'HuBERT, positions, 4 s of sound',
    x: [1, 199, 768],
    w: [768, 128, 48],
    ...{ stride: 1, padding: 64, groups: 16, bias: true, inner: true },
  },
};

const numel = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);

/** Spatial sizes of the result, between batch and channels. */
export function outputShape({ x, w, stride, padding }: ConvShape): number[] {
  const positions = x.slice(1, -1).map((n, i) => Math.floor((n + 2 * padding - w[i + 1]) / stride) + 1);
  return [x[0], ...positions, w[0]];
}

/** Arithmetic of one pass forward, or backward. */
export function convFlops(shape: ConvShape, backward: boolean): number {
  const forward = 2 * numel(outputShape(shape)) * numel(shape.w.slice(1));
  return backward && shape.inner ? 2 * forward : forward;
}

/** Least bytes that cross memory: every operand and result once. */
export function convBytes(shape: ConvShape, backward: boolean): number {
  const [x, w, y] = [shape.x, shape.w, outputShape(shape)].map(numel);
  return 4 * (backward ? (shape.inner ? 2 * x + 2 * w + y : x + w + y) : x + w + y);
}

/** The same small numbers on both sides: sums of products stay near one. */
export function values(shape: readonly number[], seed: number): Float32Array {
  const out = new Float32Array(numel(shape));
  let state = seed;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state / 2 ** 31 - 1;
  }
  return out;
}

/** Every so many elements of a result are compared. */
export const SAMPLE_STEP = 997;

export function convTrace(shape: ConvShape, backward: boolean) {
  const b = new GraphBuilder();
  const [x, w, g] = [b.param('x', shape.x), b.param('w', shape.w), b.param('g', outputShape(shape))];
  const { stride, padding, groups } = shape;
  const bias = shape.bias ? { bias: b.param('bias', [shape.w[0]]) } : {};
  const y = b.conv(x, w, { stride, padding, groups, ...bias });
  if (!backward) return { builder: b, outputs: new Map([['y', y]]) };
  const attrs = { ...y.attrs, bias: false };
  const dw = b.apply('conv', [x, g], { ...attrs, gives: 'kernel', size: shape.w.slice(1, -1) });
  const dx = b.apply('conv', [w, g], { ...attrs, gives: 'input', size: shape.x.slice(1, -1) });
  return { builder: b, outputs: new Map([['dw', dw], ...(shape.inner ? [['dx', dx] as const] : [])]) };
}
