// What the backward pass computes again is a question of memory and time, never of bits.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cTarget } from '../kernels/c-target.ts';
import type { ModelConfig } from '../models/families.ts';
import { compileProgram } from '../schedule/program.ts';
import { goldenNames, readGolden } from '../testing/golden.ts';
import { estimateMemory } from './memory.ts';
import { createTrainer, type Tensor } from './trainer.ts';
import { type Rematerialise, traceTrainingStep } from './training-step.ts';

const POLICIES: readonly Rematerialise[] = ['cheap', 'block'];
const LENGTH = 16;
const optimizer = { learningRate: 1e-2, clipNorm: 1 };

let cacheDir: string;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** Weights and moments after three steps: a moment differs where any gradient did. */
function trained(config: ModelConfig, rematerialise: Rematerialise, accumulation: number) {
  const schedule = { warmupSteps: 0, totalSteps: 10 };
  const trainer = createTrainer({
    ...{ config, optimizer, schedule, rematerialise, accumulation, cacheDir, seed: 3, threads: 2 },
    ...{ batchSize: 2, sequenceLength: LENGTH },
  });
  const tokens = (step: number) =>
    Int32Array.from(
      { length: accumulation * 2 * (LENGTH + 1) },
      (_, i) => (i * 7 + step * 5) % config.vocabSize,
    );
  const losses = [1, 2, 3].map((step) => trainer.step(tokens(step)));
  const { tensors } = trainer.state();
  trainer.dispose();
  const digest = ({ data }: Tensor) => createHash('sha256').update(data).digest('base64');
  return { losses, tensors: [...tensors].map(([name, tensor]) => `${name} ${digest(tensor)}`) };
}

describe('whatever is computed again', () => {
  it.each(goldenNames)('%s is trained to the same bits', (name) => {
    const { config } = readGolden(name);
    expect(trained(config, 'block', 1)).toEqual(trained(config, 'cheap', 1));
  });

  it('so are accumulated batches', () => {
    const { config } = readGolden(goldenNames[0]);
    expect(trained(config, 'block', 2)).toEqual(trained(config, 'cheap', 2));
  });
});

describe('the memory of a step', () => {
  const config: ModelConfig = {
    ...{ family: 'gpt2', vocabSize: 64, hiddenSize: 64, layers: 8, heads: 4, intermediateSize: 256 },
    ...{ maxPositions: 64, tieEmbeddings: true },
  };
  const shape = { config, batchSize: 4, sequenceLength: 64, optimizer };
  const target = cTarget;
  const temporaries = (rematerialise: Rematerialise) => {
    const trace = traceTrainingStep({ ...shape, rematerialise });
    const { plan } = compileProgram(trace, target);
    return plan.size - plan.temporaryStart;
  };

  it('falls to less than half with blocks computed again', () => {
    const [cheap, block] = POLICIES.map(temporaries);
    expect(block).toBeLessThan(cheap / 2);
  });

  it('is never less than what is asked for before it is planned', () => {
    for (const rematerialise of POLICIES) {
      const { gradients, activations } = estimateMemory({ ...shape, rematerialise });
      expect(temporaries(rematerialise)).toBeGreaterThanOrEqual(activations);
      expect(temporaries(rematerialise)).toBeLessThan(3 * (gradients + activations));
    }
  });
});
