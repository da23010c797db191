// The tensor-core kernels and bfloat16 storage, on the CPU through the shim.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithInterpreter } from '../../testing/compare.ts';
import { cudaCases } from '../../testing/cuda-shim/cases.ts';
import { mockDriver, openShim } from '../../testing/cuda-shim/device.ts';
import type { CudaDevice } from './cuda.ts';

let cacheDir: string;
let device: CudaDevice;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cuda-'));
  device = openShim({ cacheDir });
});
afterAll(() => {
  device.dispose();
  expect(mockDriver().live()).toBe(0);
  rmSync(cacheDir, { recursive: true, force: true });
});

describe('in bfloat16 on tensor cores', () => {
  it.each(cudaCases.map((make) => [make().name, make] as const))('%s are right', (_name, make) => {
    const { builder, outputs, params, tolerance } = make();
    compareWithInterpreter(device, builder, outputs, params, tolerance);
  });
});
