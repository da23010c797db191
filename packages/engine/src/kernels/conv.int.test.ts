// Convolutions on the CPU against the interpreter, at the sizes where kernels change their way: parts, blocks of depth,
// runs that cross borders, phases of strides, groups. Values and the gradients of both operands.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { vectorJacobian } from '../core/grad.ts';
import type { Node } from '../core/graph.ts';
import { type NdArray, tabulate } from '../core/ndarray.ts';
import type { ConvOptions } from '../core/ops/conv.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { float32Tolerance } from '../testing/close.ts';
import { compareWithInterpreter } from '../testing/compare.ts';
import { random } from '../testing/random.ts';
import { phasesOf } from './c/templates/conv.ts';

interface Example {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly options?: Omit<ConvOptions, 'bias'>;
}

const examples: Readonly<Record<string, Example>> = {
  'patches in whole lines': { x: [2, 12, 20, 3], w: [33, 4, 4, 3], options: { stride: 4 } },
  'lines cut at both borders': { x: [1, 7, 9, 3], w: [17, 3, 5, 3], options: { padding: 2 } },
  'more rows than one block': { x: [3, 11, 13, 20], w: [40, 3, 3, 20], options: { padding: 1 } },
  'more depth than one block': { x: [1, 5, 6, 130], w: [50, 3, 3, 130], options: { padding: 1 } },
  'strides and phases': { x: [2, 9, 14, 16], w: [18, 3, 3, 16], options: { stride: [2, 3], padding: 1 } },
  'a stride beyond the kernel': { x: [2, 17, 5], w: [4, 2, 5], options: { stride: 3 } },
  'a long axis': { x: [2, 700, 1], w: [24, 10, 1], options: { stride: 5 } },
  'a signal with strides': { x: [1, 333, 24], w: [40, 3, 24], options: { stride: 2 } },
  'dilated taps': { x: [1, 40, 19], w: [21, 4, 19], options: { dilation: 3, padding: [[4, 5]] } },
  'a spread input': { x: [1, 6, 7, 8], w: [9, 3, 4, 8], options: { spread: 2, stride: [1, 3], padding: 2 } },
  groups: { x: [2, 30, 48], w: [32, 9, 12], options: { groups: 4, padding: 4 } },
  'groups, more rows than one block': { x: [2, 400, 24], w: [36, 4, 8], options: { groups: 3, stride: 2 } },
  'one channel a group': { x: [2, 8, 9, 37], w: [37, 3, 3, 1], options: { groups: 37, padding: 1 } },
  'two results a group of one channel': {
    x: [1, 9, 8, 20],
    w: [40, 3, 3, 1],
    options: { groups: 20, stride: 2, padding: 1 },
  },
  'three axes': { x: [1, 4, 5, 6, 3], w: [7, 2, 3, 2, 3], options: { stride: [1, 2, 1], padding: 1 } },
};

let cacheDir: string;
let device: Device;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
  device = openCpu({ threads: 2, cacheDir });
});
afterAll(() => {
  device.dispose();
  rmSync(cacheDir, { recursive: true, force: true });
});

describe('convolution', () => {
  it.each(Object.entries(examples))(
    '%s: values and gradients as the interpreter has them',
    (_name, example) => {
      const r = random(39);
      const b = new GraphBuilder();
      const params = new Map<string, NdArray>();
      const param = (name: string, shape: readonly number[]) => {
        params.set(
          name,
          tabulate(shape, 'f32', () => r.real(-1, 1)),
        );
        return b.param(name, shape);
      };
      const [x, w] = [param('x', example.x), param('w', example.w)];
      const bias = param('bias', [example.w[0]]);
      const y = b.conv(x, w, { ...example.options, bias });
      const residual = b.apply('conv', [x, w, param('r', y.shape), bias], { ...y.attrs });
      const outputs: Node[] = [y, residual];
      outputs.push(...vectorJacobian(b, [y], [param('g', y.shape)], [x, w, bias]));
      compareWithInterpreter(
        device,
        b,
        outputs,
        params,
        float32Tolerance(example.x.reduce((n, d) => n * d, 1)),
      );
    },
  );

  it('has the same bits on one thread as on two', () => {
    const b = new GraphBuilder();
    const [x, w] = [b.param('x', [2, 20, 21, 16]), b.param('w', [24, 3, 3, 16])];
    const y = b.conv(x, w, { padding: 1 });
    const outputs = [y, ...vectorJacobian(b, [y], [b.sin(y)], [x, w])];
    const trace = { builder: b, outputs: new Map(outputs.map((node, i) => [`${i}`, node])) };
    const single = openCpu({ threads: 1, cacheDir });
    const results = [single, device].map((on) => {
      const program = on.compile(trace);
      for (const node of [x, w]) {
        const size = node.shape.reduce((n, d) => n * d, 1);
        program.write(
          node.attrs.name as string,
          Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
        );
      }
      program.run();
      const values = outputs.map((_, i) => Float32Array.from(program.read(`${i}`)));
      program.dispose();
      return values;
    });
    single.dispose();
    expect(results[0]).toEqual(results[1]);
  });
});

describe('phases', () => {
  it('share out every meeting of a position and a tap, and read no zero between places', () => {
    const r = random(7);
    for (let i = 0; i < 200; i++) {
      const [full, taps] = [1 + r.int(9), 1 + r.int(5)];
      const axis = {
        ...{ n: 1 + r.int(9), r: full, first: 0, every: 1, full, t: taps, tap: 0, tapEvery: 1, taps },
        ...{ step: 1 + r.int(4), tapStep: r.pick([1, 2, 3, -1, -2, -3]), offset: r.int(12) - 6 },
        spread: 1 + r.int(4),
      };
      const meetings = (a: typeof axis) =>
        Array.from({ length: a.r * a.t }, (_, k) => {
          const [p, t] = [Math.floor(k / a.t), k % a.t];
          const at = (p * a.step + t * a.tapStep + a.offset) / a.spread;
          const met = Number.isInteger(at) && at >= 0 && at < a.n;
          return met ? [`${a.first + a.every * p},${a.tap + a.tapEvery * t},${at}`] : [];
        }).flat();
      const phases = phasesOf(axis);
      expect(phases.flatMap(meetings).sort()).toEqual(meetings(axis).sort());
      expect(phases.every((a) => a.spread === 1)).toBe(true);
    }
  });
});
