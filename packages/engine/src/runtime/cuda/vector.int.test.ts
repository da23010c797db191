// Kernels that move eight elements at a time, on the CPU through the shim: wide rows and maps, in both storages.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import { type NdArray, tabulate } from '../../core/ndarray.ts';
import { compareWithInterpreter } from '../../testing/compare.ts';
import { openShim } from '../../testing/cuda-shim/device.ts';
import { random } from '../../testing/random.ts';
import { compileCuda, cudaTarget } from './program-text.ts';

it.each([
  ['f32', { rtol: 1e-4, atol: 1e-5 }],
  ['bf16', { rtol: 0.03, atol: 0.03 }],
] as const)('wide rows and maps in %s are right, forward and backward', (precision, tolerance) => {
  const r = random(3);
  const b = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const param = (name: string, shape: readonly number[]) => {
    params.set(
      name,
      tabulate(shape, 'f32', () => r.real(-1, 1)),
    );
    return b.param(name, shape);
  };
  const [x, w, gate] = [param('x', [67, 264]), param('w', [264]), param('gate', [67, 264])];
  const y = b.apply('rmsnorm', [b.matmul(x, param('m', [264, 264])), w], { eps: 1e-5 });
  const z = b.mul(b.apply('swiglu', [gate, y]), b.apply('softmax', [b.add(y, gate)]));
  const outputs = [z, b.permute(z, [1, 0]), b.pad(z, [1, 8], [0, 8])];
  outputs.push(...vectorJacobian(b, [z], [param('g', z.shape)], [x, w, gate]));
  const { kernels } = compileCuda(
    { builder: b, outputs: new Map(outputs.map((node, i) => [`o${i}`, node])) },
    cudaTarget(precision, false),
  );
  expect([...kernels.values()].filter((text) => text.includes('st8(')).length).toBeGreaterThan(1);
  const cacheDir = mkdtempSync(join(tmpdir(), 'cuda-'));
  const device = openShim({ cacheDir, precision });
  try {
    compareWithInterpreter(device, b, outputs, params, tolerance);
  } finally {
    device.dispose();
    rmSync(cacheDir, { recursive: true, force: true });
  }
});
