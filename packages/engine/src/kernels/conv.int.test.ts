// Convolutions on the CPU against the interpreter: values, gradients, and the same bits however many threads there are.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { vectorJacobian } from '../core/grad.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { compareWithInterpreter } from '../testing/compare.ts';
import { convCase, convExamples } from '../testing/conv-case.ts';
import { random } from '../testing/random.ts';
import { phasesOf } from './conv-axes.ts';

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
  it.each(Object.keys(convExamples) as (keyof typeof convExamples)[])(
    '%s: values and gradients as the interpreter has them',
    (name) => {
      const { builder, outputs, params, tolerance } = convCase(name);
      compareWithInterpreter(device, builder, outputs, params, tolerance);
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
