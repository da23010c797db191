// Convolution against PyTorch and against itself: values, gradients, decomposition, and what it refuses.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelsFirst, channelsLast, channelsLastShape } from '../../nn/conv.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { expectClose } from '../../testing/close.ts';
import { gradcheck } from '../../testing/gradcheck.ts';
import { random } from '../../testing/random.ts';
import { GraphBuilder } from '../builder.ts';
import { vectorJacobian } from '../grad.ts';
import type { Node } from '../graph.ts';
import { type NdArray, ndarray } from '../ndarray.ts';
import { interpret } from '../ref.ts';

interface Packed {
  readonly shape: number[];
  readonly data: string;
}

interface GoldenCase {
  readonly kind: 'conv' | 'transposed';
  readonly options: Readonly<Record<string, number | number[]>>;
  readonly tensors: Readonly<Record<string, Packed>>;
}

const golden: { cases: Record<string, GoldenCase> } = JSON.parse(
  readFileSync(new URL('../../../test/golden-conv/conv.golden.json', import.meta.url), 'utf8'),
);

/** As it is kept here: channels last where there are spatial axes. */
function unpacked({ shape, data }: Packed): NdArray {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  const values = new Float32Array(bytes.buffer);
  return shape.length < 3
    ? ndarray(shape, values)
    : ndarray(channelsLastShape(shape), channelsLast(shape, values));
}

describe.each(Object.entries(golden.cases))('%s', (_name, { kind, options, tensors }) => {
  const values = Object.fromEntries(Object.entries(tensors).map(([key, t]) => [key, unpacked(t)]));
  it('has the values and gradients that PyTorch gives', () => {
    const b = new GraphBuilder();
    const param = (name: string) => b.param(name, values[name].shape);
    const bias = values.bias ? { bias: param('bias') } : {};
    const [x, w] = [param('x'), param('w')];
    const { output_padding: extra, ...steps } = options;
    const y =
      kind === 'conv'
        ? b.conv(x, w, { ...steps, ...bias })
        : b.convTranspose(x, w, { ...steps, ...(extra === undefined ? {} : { extra }), ...bias });
    const wanted = [x, w, ...(values.bias ? [b.param('bias', values.bias.shape)] : [])];
    const results: Node[] = [y, ...vectorJacobian(b, [y], [param('g')], wanted)];
    const got = interpret(results, new Map(Object.entries(values)));
    ['y', 'dx', 'dw', 'dbias'].slice(0, results.length).forEach((key, i) => {
      expect(got[i].shape, key).toEqual(values[key].shape);
      // The file holds float32.
      expectClose(got[i].data, values[key].data, { rtol: 1e-6, atol: 1e-6, what: key });
    });
  });
});

describe('a convolution', () => {
  const sizes = [1, 2, 3, 5];
  const seeds = Array.from({ length: 60 }, (_, i) => 100 + i);
  const made = (seed: number) => {
    const r = random(seed);
    return opCases.get('conv')!(r, () => r.pick(sizes));
  };

  it('equals its decomposition, whichever of the three tensors it gives', () => {
    const given = new Set<unknown>();
    for (const seed of seeds) {
      const b = new GraphBuilder();
      const { params, outputs } = buildCase(b, made(seed));
      given.add(outputs[0].attrs.gives);
      const [direct] = interpret(outputs, params);
      const [taken] = interpret(outputs, params, { decomposeAll: true });
      expectClose(taken.data, direct.data, { rtol: 1e-12, atol: 1e-12, what: `seed ${seed}` });
    }
    expect([...given].sort()).toEqual(['input', 'kernel', 'output']);
  });

  it('has the gradients that central differences give, which are convolutions again', () => {
    for (const seed of seeds.slice(0, 20)) gradcheck(made(seed));
    const b = new GraphBuilder();
    const [x, w] = [b.param('x', [1, 5, 2]), b.param('w', [3, 2, 2])];
    const y = b.conv(x, w, { stride: 2 });
    const grads = vectorJacobian(b, [y], [b.param('g', y.shape)], [x, w]);
    expect(grads.map((g) => g.op)).toEqual(['conv', 'conv']);
  });

  it('reads zeros between the elements of a spread input, as a transposed one does', () => {
    const b = new GraphBuilder();
    const [y, w] = [b.param('y', [1, 3, 1]), b.param('w', [1, 2, 1])];
    const values = new Map([
      ['y', ndarray([1, 3, 1], [1, 2, 3])],
      ['w', ndarray([1, 2, 1], [1, 10])],
    ]);
    const [spread, transposed] = interpret(
      [b.conv(y, w, { spread: 2, padding: 1 }), b.convTranspose(y, w, { stride: 2 })],
      values,
    );
    expect([...spread.data]).toEqual([10, 1, 20, 2, 30, 3]);
    expect([...transposed.data]).toEqual([1, 10, 2, 20, 3, 30]);
  });

  it('refuses what does not fit, with its name and both shapes', () => {
    const b = new GraphBuilder();
    const x = b.param('x', [2, 8, 8, 6]);
    const w = (...shape: number[]) => b.param(`w${shape}`, shape);
    const where = 'conv of input [2,8,8,6] and kernel ';
    expect(() => b.conv(x, w(4, 3, 3, 5))).toThrow(
      `${where}[4,3,3,5]: the kernel takes 5 channels in each of 1 groups and makes 4`,
    );
    expect(() => b.conv(x, w(4, 3, 3, 2), { groups: 4 })).toThrow(
      `${where}[4,3,3,2]: 4 groups do not divide the channels`,
    );
    expect(() => b.conv(x, w(4, 3, 6))).toThrow(`${where}[4,3,6]: both need the same spatial axes`);
    expect(() => b.conv(x, w(4, 9, 3, 6))).toThrow(
      `${where}[4,9,3,6]: the kernel reaches over 9 of 8 on spatial axis 0`,
    );
    expect(() => b.conv(x, w(4, 3, 3, 6), { stride: [1, 0] })).toThrow('stride [1,0] must be positive');
    expect(() => b.conv(x, w(4, 3, 3, 6), { stride: [1] })).toThrow(
      'stride [1] is not one number for each of 2 axes',
    );
    expect(() => b.conv(x, w(4, 3, 3, 6), { padding: [1] })).toThrow(
      'conv padding [1] is not given for each of 2 axes',
    );
    expect(() => b.conv(x, w(4, 3, 3, 6), { bias: b.param('bias', [3]) })).toThrow(
      'conv bias [3] of output [2,6,6,4]',
    );
    const outputs = {
      gives: 'kernel',
      groups: 1,
      size: [3],
      low: [0],
      stride: [1],
      dilation: [1],
      spread: [1],
    };
    expect(() => b.apply('conv', [b.param('a', [2, 5, 3]), b.param('c', [1, 3, 4])], outputs)).toThrow(
      'conv of input [2,5,3] and output [1,3,4]: batches of 2 and 1',
    );
  });
});

describe('kernels of checkpoints', () => {
  it('come from channels first to channels last and back', () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    const last = channelsLast([2, 3, 2], values);
    expect([...last]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    expect(channelsFirst([2, 3, 2], last)).toEqual(values);
    expect(() => channelsLast([2, 3, 3], values)).toThrow('12 values for [2,3,3]');
  });
});
