// Attention on the CPU with what follows it inside of its kernel: as the interpreter has it, and the same bits however
// many threads there are.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { NdArray } from '../core/ndarray.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { type AttentionSizes, attentionEpilogues } from '../testing/attention-epilogues.ts';
import { float32Tolerance } from '../testing/close.ts';
import { compareWithInterpreter } from '../testing/compare.ts';

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

const sizes: readonly (readonly [string, AttentionSizes])[] = [
  ['several blocks', { rows: 70, keys: 81, heads: 4, sharedHeads: 2, size: 20, causal: true }],
  ['heads narrower than a vector', { rows: 9, keys: 7, heads: 2, sharedHeads: 1, size: 6, causal: false }],
  ['one head of whole vectors', { rows: 5, keys: 5, heads: 1, sharedHeads: 1, size: 64, causal: true }],
];

describe('attention', () => {
  it.each(sizes)('is right with what follows it, kept or not: %s', (_, of) => {
    for (const fuse of [true, false]) {
      const [b, params] = [new GraphBuilder(), new Map<string, NdArray>()];
      const outputs = attentionEpilogues(b, params, of);
      compareWithInterpreter(device, b, outputs, params, float32Tolerance(of.keys), { fuse });
    }
  });

  it('has the same bits on one thread as on two, with what follows it', () => {
    const [b, params] = [new GraphBuilder(), new Map<string, NdArray>()];
    const outputs = attentionEpilogues(b, params, sizes[0][1]);
    const trace = { builder: b, outputs: new Map(outputs.map((node, i) => [`${i}`, node])) };
    const single = openCpu({ threads: 1, cacheDir });
    const results = [single, device].map((on) => {
      const program = on.compile(trace);
      for (const [name, { data }] of params) program.write(name, Float32Array.from(data));
      program.run();
      const values = outputs.map((_, i) => Float32Array.from(program.read(`${i}`)));
      program.dispose();
      return values;
    });
    single.dispose();
    expect(results[0]).toEqual(results[1]);
  });
});
