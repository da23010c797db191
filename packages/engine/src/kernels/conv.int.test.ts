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
