import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readModelFiles } from './model-files.ts';
import { pretrain } from './pretrain.ts';
import type { Checkpoint, InputArtifact, StageOutput } from './stage.ts';
import { testContext } from './testing/context.ts';
import { smallPipeline, tinyPretrain } from './testing/pipeline.ts';
import { tempDir } from './testing/temp-dir.ts';

let inputs: InputArtifact[];
let undisturbed: StageOutput;
const bytesOf = (output: StageOutput, name: string) =>
  readFileSync(output.files.find((file) => file.path === name)!.localPath);

beforeAll(async () => {
  const made = await smallPipeline();
  inputs = [made.shards, made.tokenizer];
  [undisturbed] = await pretrain(tinyPretrain, testContext(inputs).context);
});

test('a run killed between checkpoints and resumed ends with the same bits as an undisturbed one', async () => {
  const dir = tempDir();
  const killed = new AbortController();
  const kept: Checkpoint[] = [];
  const first = testContext(inputs, {
    signal: killed.signal,
    metrics: (points) => points.some(({ step }) => step === 8) && killed.abort(new Error('killed')),
    saveCheckpoint: async ({ step, localPath }) => {
      copyFileSync(localPath, join(dir, String(step)));
      kept.push({ step, localPath: join(dir, String(step)) });
    },
  });
  await expect(pretrain(tinyPretrain, first.context)).rejects.toThrow('killed');
  expect(kept.map(({ step }) => step)).toEqual([5]);

  const second = testContext(inputs, { resumeFrom: kept[0], threads: 2 });
  const [resumed] = await pretrain(tinyPretrain, second.context);
  expect(second.metrics.find(({ series }) => series === 'loss')?.step).toBe(6);
  for (const name of ['model.safetensors', 'metrics.json'])
    expect(bytesOf(resumed, name).equals(bytesOf(undisturbed, name))).toBe(true);
  expect(resumed.stats.finalLoss).toBe(undisturbed.stats.finalLoss);
});

test('training lowers the loss, and every step is in the metrics', () => {
  const { steps } = JSON.parse(bytesOf(undisturbed, 'metrics.json').toString());
  expect(steps).toHaveLength(tinyPretrain.steps);
  expect(steps.at(-1).loss).toBeLessThan(steps[0].loss);
  expect(undisturbed.stats).toMatchObject({ steps: 14, tokens: 14 * 4 * 32, finalLossSteps: 10 });
});

test('the model folder holds what transformers reads, and reads back as the same model', async () => {
  expect(undisturbed.files.map((file) => file.path).sort()).toEqual([
    'config.json',
    'generation_config.json',
    'metrics.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const model = await readModelFiles(async (name) => bytesOf(undisturbed, name));
  expect(model.config).toMatchObject({ hiddenSize: 32, layers: 2, vocabSize: model.tokenizer.vocabSize });
  expect(model.config.bosTokenId).toBe(model.tokenizer.eosId);
});

test('shards that do not fill one sequence are refused', async () => {
  const { context } = testContext(inputs);
  await expect(pretrain({ ...tinyPretrain, sequenceLength: 1_000_000 }, context)).rejects.toMatchObject({
    code: 'recipe.invalid',
    params: { field: 'shards.sequenceLength' },
  });
});
