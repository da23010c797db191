// Between the layout of convolutions here, channels last, and that of checkpoints, channels first.

import { expect, numel, type Shape } from '../core/shape.ts';

/** The shape [N, C, n...] as it is here: [N, n..., C]. */
export const channelsLastShape = ([n, c, ...spatial]: Shape): Shape => [n, ...spatial, c];

/**
 * Values of shape [N, C, n...] in the order of [N, n..., C]: images, and kernels [out, in / groups, k...] of PyTorch's
 * Conv1d and Conv2d. (Those of ConvTranspose are [in, out / groups, k...], which is the same kernel read backwards: it
 * takes `convTranspose` from the layer's input.)
 * @throws ShapeError when the values are not as many as the shape says
 */
export function channelsLast(shape: Shape, values: Float32Array): Float32Array {
  return turned(shape, values, false);
}

/** The inverse of `channelsLast`, for the same shape [N, C, n...]. */
export function channelsFirst(shape: Shape, values: Float32Array): Float32Array {
  return turned(shape, values, true);
}

function turned([n, c, ...spatial]: Shape, values: Float32Array, back: boolean): Float32Array {
  const places = numel(spatial);
  expect(values.length === n * c * places, `${values.length} values for [${[n, c, ...spatial]}]`);
  const out = new Float32Array(values.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let k = 0; k < places; k++) {
        const [first, last] = [(i * c + j) * places + k, (i * places + k) * c + j];
        if (back) out[first] = values[last];
        else out[last] = values[first];
      }
    }
  }
  return out;
}
