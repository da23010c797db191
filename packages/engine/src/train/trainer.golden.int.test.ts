// The compiled models against transformers and torch: logits, loss, every gradient, 20 AdamW steps.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { gradients } from '../core/grad.ts';
import { modelOf } from '../models/families.ts';
import { paramNodes, sequenceLogits } from '../models/model.ts';
import { openCpu } from '../runtime/cpu.ts';
import { expectClose } from '../testing/close.ts';
import { goldenNames, type ModelGolden, readGolden } from '../testing/golden.ts';
import { splitTokens } from './tokens.ts';
import { createTrainer } from './trainer.ts';

let cacheDir: string;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

const batchOf = (golden: ModelGolden, step: number) => {
  const [, rows, width] = golden.tokens.shape;
  return golden.tokens.data.subarray(step * rows * width, (step + 1) * rows * width);
};

/** Logits, loss and gradients of the first batch from one compiled program. */
function firstBatch(golden: ModelGolden) {
  const [, rows, width] = golden.tokens.shape;
  const b = new GraphBuilder();
  const model = modelOf(golden.config);
  const parameters = paramNodes(b, model);
  const logits = sequenceLogits(b, model, parameters, b.param('inputs', [rows, width - 1], 'i32'));
  const targets = b.param('targets', [rows * (width - 1)], 'i32');
  const loss = b.mean(b.pick(b.apply('cross_entropy', [logits, targets]), 0));
  const names = [...parameters.keys()];
  const grads = gradients(b, loss, [...parameters.values()]);
  const outputs = new Map([
    ['logits', logits],
    ['loss', loss],
    ...names.map((n, i) => [`d ${n}`, grads[i]] as const),
  ]);
  const device = openCpu({ threads: 2, cacheDir });
  const program = device.compile({ builder: b, outputs });
  for (const [name, tensor] of golden.parameters) program.write(name, tensor.data);
  const split = splitTokens(batchOf(golden, 0), rows, width - 1, golden.config.vocabSize);
  program.write('inputs', split.inputs);
  program.write('targets', split.targets);
  program.poison();
  program.run();
  const values = new Map([...outputs.keys()].map((name) => [name, program.read(name)]));
  device.dispose();
  return values;
}

describe.each(goldenNames)('%s', (name) => {
  const golden = readGolden(name);

  it('has the logits, loss and gradients that transformers has', () => {
    const got = firstBatch(golden);
    expectClose(got.get('logits')!, golden.logits.data, { rtol: 1e-4, atol: 2e-5, what: 'logits' });
    expect(got.get('loss')![0]).toBeCloseTo(golden.loss, 5);
    for (const [parameter, gradient] of golden.gradients) {
      expectClose(got.get(`d ${parameter}`)!, gradient.data, { rtol: 1e-3, atol: 2e-6, what: parameter });
    }
  });

  it.each(golden.muon ? (['adamw', 'muon'] as const) : (['adamw'] as const))(
    'follows 20 steps of torch with %s and clipping to 1e-4',
    (optimizer) => {
      const want = optimizer === 'adamw' ? golden : golden.muon!;
      const [, rows, width] = golden.tokens.shape;
      const { config, schedule } = golden;
      const trainer = createTrainer({
        ...{ config, schedule, cacheDir, optimizer: { ...golden.optimizer, name: optimizer } },
        ...{ batchSize: rows, sequenceLength: width - 1, seed: 1, threads: 2 },
      });
      const state = trainer.state();
      const tensors = new Map([...state.tensors, ...golden.parameters]);
      trainer.restore({ step: 0, tensors });
      want.losses.forEach((loss, i) => {
        const got = trainer.step(batchOf(golden, i));
        expect(Math.abs(got.loss / loss - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4);
        expect(Math.abs(got.gradNorm / want.gradNorms[i] - 1), `norm of step ${i + 1}`).toBeLessThan(1e-3);
      });
      trainer.dispose();
    },
  );
});
