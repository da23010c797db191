// Promises of accumulation, z-loss and Muon on small models compiled for this machine.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { NdArray } from '../core/ndarray.ts';
import { interpret } from '../core/ref.ts';
import { cTarget } from '../kernels/c-target.ts';
import { modelOf } from '../models/families.ts';
import { countParameters } from '../models/model.ts';
import { openCpu } from '../runtime/cpu.ts';
import { compileProgram } from '../schedule/program.ts';
import { expectClose } from '../testing/close.ts';
import { readGolden } from '../testing/golden.ts';
import { createTrainer, type TrainerOptions, traceTrainingStep } from './trainer.ts';

let cacheDir: string;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

const { config, parameters, tokens } = readGolden('gpt2-tanh');
const width = tokens.shape[2];
const rows = (count: number) => tokens.data.slice(0, count * width);

function trainer(options: Partial<TrainerOptions>) {
  const made = createTrainer({
    ...{ config, cacheDir, batchSize: 6, sequenceLength: width - 1, seed: 1, threads: 2 },
    optimizer: { learningRate: 1e-3 },
    schedule: { warmupSteps: 0, totalSteps: 10 },
    ...options,
  });
  made.restore({ step: 0, tensors: new Map([...made.state().tensors, ...parameters]) });
  return made;
}

describe('gradient accumulation', () => {
  it('of three batches of two is one batch of six, within float rounding', () => {
    const [whole, parts] = [trainer({}), trainer({ batchSize: 2, accumulation: 3 })];
    for (let step = 0; step < 3; step++) {
      const [a, b] = [whole.step(rows(6)), parts.step(rows(6))];
      expect(b.loss).toBeCloseTo(a.loss, 5);
      expect(b.gradNorm / a.gradNorm).toBeCloseTo(1, 4);
    }
    const got = parts.parameters();
    for (const [name, { data }] of whole.parameters()) {
      // AdamW's first steps move by about the rate whatever the gradient's size: its sign near zero may differ.
      expectClose(got.get(name)!.data, data, { rtol: 1e-3, atol: 2e-4, what: name });
    }
    expect(parts.arenaBytes).toBeLessThan(whole.arenaBytes);
    whole.dispose();
    parts.dispose();
  });
});

describe('a step of many accumulated batches', () => {
  const shape = { config, batchSize: 2, sequenceLength: width - 1, optimizer: { learningRate: 1e-3 } };
  const target = cTarget;
  const compiled = (accumulation: number) =>
    compileProgram(traceTrainingStep({ ...shape, accumulation }), target);

  it('has the launches and the memory of a step of two', () => {
    const [two, many] = [compiled(2), compiled(64)];
    expect(many.plan.size).toBe(two.plan.size);
    expect(many.launches.length).toBe(two.launches.length);
    expect(many.accumulation!.launches).toBeLessThan(many.launches.length - 1);
    const weights = countParameters(modelOf(config));
    expect(many.accumulation!.bytes).toBeGreaterThanOrEqual(4 * weights);
  });

  it('adds gradients of matrices up in place', () => {
    const { launches, buffers } = compiled(2);
    const copied = launches.filter((l) => l.symbol === 'ts_copy').map((l) => l.writes[0]);
    const embedding = config.vocabSize * config.hiddenSize;
    expect(copied.filter((id) => buffers.get(id)!.elements >= embedding)).toEqual([]);
  });

  it('begins again at zero after every update, and says so where there is nothing to accumulate', () => {
    const [one, other] = [
      trainer({ batchSize: 2, accumulation: 3 }),
      trainer({ batchSize: 2, accumulation: 3 }),
    ];
    one.step(rows(6));
    const saved = one.state();
    const next = one.step(rows(6));
    other.restore(saved);
    expect(other.step(rows(6))).toEqual(next);
    const device = openCpu({ cacheDir, threads: 1 });
    const b = new GraphBuilder();
    const program = device.compile({ builder: b, outputs: new Map([['y', b.exp(b.param('x', [1]))]]) });
    expect(() => program.accumulate()).toThrow('no accumulators');
    device.dispose();
    one.dispose();
    other.dispose();
  });
});

describe('z-loss', () => {
  it('adds its gradient, and leaves the reported loss alone', () => {
    const [plain, penalised] = [trainer({}), trainer({ zLoss: 0.1 })];
    const [a, b] = [plain.step(rows(6)), penalised.step(rows(6))];
    expect(b.loss).toBe(a.loss);
    expect(Math.abs(b.gradNorm - a.gradNorm)).toBeGreaterThan(1e-3);
    // The interpreter's float64 step from the same graph is the reference.
    const trace = traceTrainingStep({
      ...{ config, batchSize: 6, sequenceLength: width - 1, optimizer: { learningRate: 1e-3 }, zLoss: 0.1 },
    });
    const values = referenceInputs();
    const [norm] = interpret([trace.outputs.get('gradNorm')!], values, { tables: trace.builder.tables });
    expect(b.gradNorm / norm.data[0]).toBeCloseTo(1, 5);
    plain.dispose();
    penalised.dispose();
  });
});

function referenceInputs() {
  const values = new Map<string, NdArray>(
    [...parameters].map(([name, { shape, data }]) => [
      name,
      { shape, dtype: 'f32' as const, data: Float64Array.from(data) },
    ]),
  );
  const all = rows(6);
  const pick = (from: number) =>
    Float64Array.from(
      { length: 6 * (width - 1) },
      (_, i) => all[Math.floor(i / (width - 1)) * width + (i % (width - 1)) + from],
    );
  const inputs = { shape: [6, width - 1], dtype: 'i32' as const, data: pick(0) };
  const targets = { shape: [6 * (width - 1)], dtype: 'i32' as const, data: pick(1) };
  return values.set('inputs', inputs).set('targets', targets);
}

describe('muon', () => {
  it('keeps one moment for matrices of the layers, two for the rest, and resumes to the same bits', () => {
    const options = { optimizer: { name: 'muon' as const, learningRate: 1e-3 } };
    const first = trainer(options);
    first.step(rows(6));
    const saved = first.state();
    expect([...saved.tensors.keys()].filter((n) => n.includes('h.0.mlp.c_fc.weight'))).toEqual([
      'transformer.h.0.mlp.c_fc.weight',
      'transformer.h.0.mlp.c_fc.weight#m',
    ]);
    expect(saved.tensors.has('transformer.wte.weight#v')).toBe(true);
    const again = trainer(options);
    again.restore(saved);
    expect([again.step(rows(6)), again.step(rows(6))]).toEqual([first.step(rows(6)), first.step(rows(6))]);
    first.dispose();
    again.dispose();
  });
});
