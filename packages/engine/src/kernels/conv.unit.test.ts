// What convolutions are cut into, and what becomes part of them.

import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import { compileProgram } from '../schedule/program.ts';
import { random } from '../testing/random.ts';
import { cTarget } from './c-target.ts';
import { phasesOf } from './conv-axes.ts';

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

describe('a training step with a convolution', () => {
  const b = new GraphBuilder();
  const [x, w] = [b.param('x', [2, 16, 16, 8]), b.param('w', [24, 3, 3, 8])];
  const y = b.conv(x, w, { padding: 1, bias: b.param('bias', [24]) });
  const [dw] = gradients(b, b.sum(b.mul(y, b.param('g', y.shape))), [w]);
  const outputs = new Map([['sum', b.add(b.param('before', w.shape), dw)]]);

  it('adds the gradient of a kernel to those before it inside of the product that makes it', () => {
    const { launches } = compileProgram({ builder: b, outputs }, cTarget);
    expect(launches.map((l) => l.symbol)).toEqual(['ts_conv_kernel']);
  });

  it('reads windows by affine indices where there is no template, and never writes them', () => {
    const forward = { builder: b, outputs: new Map([['y', b.conv(x, w, { padding: 1, stride: 2 })]]) };
    const { launches, kernels } = compileProgram(forward, cTarget, { withoutTemplates: ['conv', 'matmul'] });
    expect(launches).toHaveLength(1);
    // Tap and position in steps of the stride, without a trace of the axis that was repeated.
    expect([...kernels.values()][0]).toContain('((i / 8) % 3) + (r1 % 8) * 2 + -1)');
  });
});
