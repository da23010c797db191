// Convolution in one row, closed under differentiation. Three tensors, channels last, so that rows of pixels are rows of
// the other layers and no transpose stands between (decision record 0039):
//   input [B, n..., C], kernel [O, k..., C / groups], output [B, m..., O]
// An output position i and a tap k meet the input position s with s * spread = i * stride + k * dilation - low, on every
// spatial axis; where there is no such s, the input is zero. The row sums the products of two of the tensors into the
// third, attrs.gives: the output (convolution), the input (transposed convolution) or the kernel. The three are each
// other's derivatives. The dilated convolution of XLA (ConvGeneralDilated) is the same relation.

import type { Attrs, Builder, Node, OpRow } from '../graph.ts';
import { type NdArray, ndarray } from '../ndarray.ts';
import { BYTES_PER_ELEMENT, expect, numel, type Shape, sameShape, type TensorType } from '../shape.ts';
import { windows } from './conv-windows.ts';
import { addends } from './matmul.ts';

const ROLES = ['input', 'kernel', 'output'] as const;
export type ConvRole = (typeof ROLES)[number];

/** A number for every spatial axis. */
type PerAxis = number | readonly number[];

export interface ConvOptions {
  /** Input steps between neighbouring outputs; default 1. */
  readonly stride?: PerAxis;
  /** Input steps between neighbouring taps; default 1. */
  readonly dilation?: PerAxis;
  /** The input has `spread - 1` zeros between neighbours; default 1. */
  readonly spread?: PerAxis;
  /** Zeros on both sides of every axis, or [low, high] for each axis; default 0. */
  readonly padding?: number | readonly (number | readonly [number, number])[];
  readonly groups?: number;
  /** [output channels], added to every position. */
  readonly bias?: Node;
}

export interface TransposedConvOptions extends Omit<ConvOptions, 'spread'> {
  /** Positions more at the end of every axis: more than one length has the same output; default 0. */
  readonly extra?: PerAxis;
}

/** What the attributes of a convolution say, with the sizes of all three tensors. */
export interface ConvSizes {
  readonly gives: ConvRole;
  readonly batch: number;
  readonly groups: number;
  /** Channels of input and output, all groups together. */
  readonly channels: { readonly input: number; readonly output: number };
  /** Sizes of the spatial axes. */
  readonly input: Shape;
  readonly kernel: Shape;
  readonly output: Shape;
  readonly stride: Shape;
  readonly dilation: Shape;
  readonly spread: Shape;
  readonly low: Shape;
}

/** What templates of every backend take. */
const MOST_AXES = 3;

const ints = (value: unknown) => value as readonly number[];
const spatial = (shape: Shape): Shape => shape.slice(1, -1);

/** Which tensors the first two operands are. */
export function rolesOf(attrs: Attrs): readonly [ConvRole, ConvRole] {
  const [a, b] = ROLES.filter((role) => role !== attrs.gives);
  return [a, b];
}

/** Sizes of a convolution from the operand types; throws where they do not fit. */
export function convSizes(inputs: readonly TensorType[], attrs: Attrs): ConvSizes {
  const [first, second] = rolesOf(attrs);
  const gives = attrs.gives as ConvRole;
  const [x, y] = inputs.map((t) => t.shape);
  const title = `conv of ${first} [${x}] and ${second} [${y}]`;
  expect(inputs[0].dtype === 'f32' && inputs[1].dtype === 'f32', `${title}: takes f32`);
  expect(x.length === y.length && x.length >= 3, `${title}: both need the same spatial axes, one or more`);
  const axes = x.length - 2;
  expect(axes <= MOST_AXES, `${title}: ${axes} spatial axes, and ${MOST_AXES} are the most`);
  const numbers = { size: ints(attrs.size), low: ints(attrs.low) };
  const steps = { stride: ints(attrs.stride), dilation: ints(attrs.dilation), spread: ints(attrs.spread) };
  for (const [name, list] of Object.entries({ ...numbers, ...steps })) {
    expect(list.length === axes, `${title}: ${name} [${list}] is not one number for each of ${axes} axes`);
  }
  for (const [name, list] of Object.entries({ ...steps, size: numbers.size })) {
    expect(
      list.every((n) => Number.isInteger(n) && n > 0),
      `${title}: ${name} [${list}] must be positive`,
    );
  }
  const shapes = { [first]: x, [second]: y } as Partial<Record<ConvRole, Shape>>;
  const { input, kernel, output } = shapes;
  const groups = attrs.groups as number;
  const batch = (input ?? output)![0];
  const channels = {
    input: input?.at(-1) ?? kernel!.at(-1)! * groups,
    output: output?.at(-1) ?? kernel![0],
  };
  const divides = channels.input % groups === 0 && channels.output % groups === 0;
  expect(divides, `${title}: ${groups} groups do not divide the channels`);
  if (kernel) {
    const fits = kernel[0] === channels.output && kernel.at(-1)! * groups === channels.input;
    const said = `${kernel.at(-1)} channels in each of ${groups} groups`;
    expect(fits, `${title}: the kernel takes ${said} and makes ${kernel[0]}`);
  } else {
    expect(input![0] === output![0], `${title}: batches of ${input![0]} and ${output![0]}`);
  }
  const sizes = {
    input: input ? spatial(input) : numbers.size,
    kernel: kernel ? spatial(kernel) : numbers.size,
    output: output ? spatial(output) : numbers.size,
  };
  return { gives, batch, groups, channels, ...sizes, ...steps, low: numbers.low };
}

/** The shape of the tensor in a role. */
export function shapeOf(s: ConvSizes, role: ConvRole): Shape {
  if (role === 'kernel') return [s.channels.output, ...s.kernel, s.channels.input / s.groups];
  return [s.batch, ...s[role], s.channels[role]];
}

/** Calls `visit` with (output position, tap, input position), flat, wherever they meet. */
function eachMeeting(s: ConvSizes, visit: (i: number, k: number, n: number) => void): void {
  const axes = s.input.map((_, axis) => {
    const meetings: [number, number, number][] = [];
    for (let i = 0; i < s.output[axis]; i++) {
      for (let k = 0; k < s.kernel[axis]; k++) {
        const at = (i * s.stride[axis] + k * s.dilation[axis] - s.low[axis]) / s.spread[axis];
        if (Number.isInteger(at) && at >= 0 && at < s.input[axis]) meetings.push([i, k, at]);
      }
    }
    return meetings;
  });
  const walk = (axis: number, i: number, k: number, n: number): void => {
    if (axis === axes.length) visit(i, k, n);
    for (const [i1, k1, n1] of axes[axis] ?? []) {
      walk(axis + 1, i * s.output[axis] + i1, k * s.kernel[axis] + k1, n * s.input[axis] + n1);
    }
  };
  walk(0, 0, 0, 0);
}

function reference(s: ConvSizes, tensors: Readonly<Record<ConvRole, NdArray>>): void {
  const [x, w, y] = ROLES.map((role) => tensors[role].data);
  const [taps, inputs, outputs] = [s.kernel, s.input, s.output].map(numel);
  const [per, made] = [s.channels.input / s.groups, s.channels.output / s.groups];
  eachMeeting(s, (i, k, n) => {
    for (let z = 0; z < s.batch; z++) {
      for (let o = 0; o < s.channels.output; o++) {
        const g = Math.floor(o / made);
        const atX = (z * inputs + n) * s.channels.input + g * per;
        const atW = (o * taps + k) * per;
        const atY = (z * outputs + i) * s.channels.output + o;
        for (let c = 0; c < per; c++) {
          if (s.gives === 'output') y[atY] += x[atX + c] * w[atW + c];
          else if (s.gives === 'input') x[atX + c] += w[atW + c] * y[atY];
          else w[atW + c] += x[atX + c] * y[atY];
        }
      }
    }
  });
}

/** A permutation, which is a reshape where it moves nothing but axes of size one: then nothing is copied. */
function swapped(b: Builder, x: Node, order: readonly number[]): Node {
  const long = order.filter((axis) => x.shape[axis] > 1);
  const shape = order.map((axis) => x.shape[axis]);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]) ? b.reshape(x, shape) : b.permute(x, order);
}

/** The windows of x at every position of the result, as matrices [G, B * positions, taps * channels of a group]. */
function patches(b: Builder, x: Node, s: ConvSizes): Node {
  const forward = s.gives !== 'input';
  const from = forward ? 'input' : 'output';
  let out = x;
  const axes = s.input.length;
  for (let axis = 0; axis < axes; axis++) {
    // Axes done before have become two: positions and taps.
    out = windows(b, out, 1 + 2 * axis, {
      positions: forward ? s.output[axis] : s.input[axis],
      step: forward ? s.stride[axis] : s.spread[axis],
      taps: s.kernel[axis],
      tapStep: forward ? s.dilation[axis] : -s.dilation[axis],
      offset: forward ? -s.low[axis] : s.low[axis],
      spread: forward ? s.spread[axis] : s.stride[axis],
    });
  }
  const positions = s.batch * numel(forward ? s.output : s.input);
  const per = s.channels[from] / s.groups;
  const even = Array.from({ length: axes }, (_, i) => 1 + 2 * i);
  const odd = even.map((i) => i + 1);
  const rows = b.permute(out, [0, ...even, ...odd, 1 + 2 * axes]);
  const grouped = b.reshape(rows, [positions, numel(s.kernel), s.groups, per]);
  return b.reshape(swapped(b, grouped, [2, 0, 1, 3]), [s.groups, positions, numel(s.kernel) * per]);
}

/** As a product of matrices, one for each group. */
function decompose(b: Builder, inputs: readonly Node[], attrs: Attrs): Node[] {
  const types = inputs.map((n) => n.types[0]);
  const s = convSizes(types, attrs);
  const { residual, bias } = addends(inputs, attrs);
  const [per, made] = [s.channels.input / s.groups, s.channels.output / s.groups];
  const taps = numel(s.kernel);
  const roles = rolesOf(attrs);
  const node = (role: ConvRole) => inputs[roles.indexOf(role)];
  const rows = (x: Node, channels: number) =>
    swapped(b, b.reshape(x, [numel(x.shape.slice(0, -1)), s.groups, channels]), [1, 0, 2]);
  let sums: Node;
  if (s.gives === 'kernel') {
    const product = b.matmul(rows(node('output'), made), patches(b, node('input'), s), { ta: true });
    sums = b.reshape(product, shapeOf(s, 'kernel'));
  } else {
    const other = s.gives === 'output' ? 'input' : 'output';
    const w = b.reshape(node('kernel'), [s.groups, made, taps, per]);
    const product =
      s.gives === 'output'
        ? b.matmul(patches(b, node(other), s), b.reshape(w, [s.groups, made, taps * per]), { tb: true })
        : b.matmul(
            patches(b, node(other), s),
            b.reshape(b.permute(w, [0, 2, 1, 3]), [s.groups, taps * made, per]),
          );
    sums = b.reshape(swapped(b, product, [1, 0, 2]), shapeOf(s, s.gives));
  }
  const out = bias ? b.add(sums, bias) : sums;
  return [residual ? b.add(out, residual) : out];
}

const conv: OpRow = {
  name: 'conv',
  kind: 'composite',
  infer(inputs, attrs) {
    const s = convSizes(inputs, attrs);
    const { residual, bias } = addends(inputs, attrs);
    const shape = shapeOf(s, s.gives);
    if (residual) expect(sameShape(residual.shape, shape), `conv residual [${residual.shape}] of [${shape}]`);
    if (bias) {
      const fits = s.gives !== 'kernel' && sameShape(bias.shape, [shape.at(-1)!]);
      expect(fits, `conv bias [${bias.shape}] of ${s.gives} [${shape}]`);
    }
    return [{ shape, dtype: 'f32' }];
  },
  ref(inputs, attrs, [type]) {
    const s = convSizes(inputs, attrs);
    const { residual, bias } = addends(inputs, attrs);
    const out = ndarray(type.shape, residual?.data);
    const [first, second] = rolesOf(attrs);
    const tensors = { [first]: inputs[0], [second]: inputs[1], [s.gives]: out };
    reference(s, tensors as Record<ConvRole, NdArray>);
    if (bias) for (let i = 0; i < out.data.length; i++) out.data[i] += bias.data[i % bias.data.length];
    return [out];
  },
  decompose,
  vjp(b, node, [g]) {
    if (!g) return node.inputs.map(() => undefined);
    const { attrs, inputs } = node;
    const { residual, bias } = addends(inputs, attrs);
    const [first, second] = rolesOf(attrs);
    const known = { [first]: inputs[0], [second]: inputs[1], [attrs.gives as ConvRole]: g };
    const partial = (role: ConvRole): Node => {
      const next = { ...attrs, gives: role, size: spatial(known[role].shape), bias: false };
      return b.apply(
        'conv',
        rolesOf(next).map((r) => known[r]),
        next,
      );
    };
    const positions = g.shape.slice(0, -1).map((_, axis) => axis);
    const summed = () => b.reshape(b.sum(g, positions), [g.shape.at(-1)!]);
    return [partial(first), partial(second), ...(residual ? [g] : []), ...(bias ? [summed()] : [])];
  },
  cost(inputs, outputs, attrs) {
    const s = convSizes(inputs, attrs);
    const products = s.batch * numel(s.output) * numel(s.kernel) * s.channels.output;
    const elements = [...inputs, ...outputs].reduce((sum, t) => sum + numel(t.shape), 0);
    return { flops: (2 * products * s.channels.input) / s.groups, bytes: BYTES_PER_ELEMENT * elements };
  },
};

/** Attributes of a convolution of an input with these spatial sizes. */
export function convAttrs(x: Shape, w: Shape, options: ConvOptions): Attrs {
  const axes = x.length - 2;
  const [stride, dilation, spread] = [options.stride, options.dilation, options.spread].map(perAxis(axes));
  const padding = paddingOf(options.padding, axes);
  const low = padding.map(([n]) => n);
  const title = `conv of input [${x}] and kernel [${w}]`;
  expect(x.length === w.length && axes >= 1, `${title}: both need the same spatial axes, one or more`);
  const size = spatial(x).map((n, axis) => {
    const room = (n - 1) * spread[axis] + 1 + padding[axis][0] + padding[axis][1];
    const reach = (w[axis + 1] - 1) * dilation[axis] + 1;
    expect(room >= reach, `${title}: the kernel reaches over ${reach} of ${room} on spatial axis ${axis}`);
    return Math.floor((room - reach) / stride[axis]) + 1;
  });
  return { gives: 'output', stride, dilation, spread, low, size, groups: options.groups ?? 1 };
}

/** Attributes of the transposed convolution that takes an output y back to the shape of an input. */
export function transposedAttrs(y: Shape, w: Shape, options: TransposedConvOptions): Attrs {
  const title = `transposed conv of output [${y}] and kernel [${w}]`;
  expect(y.length === w.length && y.length >= 3, `${title}: both need the same spatial axes, one or more`);
  const axes = y.length - 2;
  const [stride, dilation, spread] = [options.stride, options.dilation, 1].map(perAxis(axes));
  const [extra] = [options.extra ?? 0].map(perAxis(axes));
  const padding = paddingOf(options.padding, axes);
  const size = spatial(y).map((m, axis) => {
    const reach = (w[axis + 1] - 1) * dilation[axis] + 1;
    return (m - 1) * stride[axis] + reach - padding[axis][0] - padding[axis][1] + extra[axis];
  });
  const low = padding.map(([n]) => n);
  return { gives: 'input', stride, dilation, spread, low, size, groups: options.groups ?? 1 };
}

const perAxis =
  (axes: number) =>
  (n: PerAxis = 1): Shape =>
    typeof n === 'number' ? new Array<number>(axes).fill(n) : n;

function paddingOf(padding: ConvOptions['padding'], axes: number): (readonly [number, number])[] {
  const list = typeof padding === 'object' ? padding : new Array<number>(axes).fill(padding ?? 0);
  expect(list.length === axes, `conv padding [${list}] is not given for each of ${axes} axes`);
  return list.map((n) => (typeof n === 'number' ? ([n, n] as const) : n));
}

export const convRows: readonly OpRow[] = [conv];
