import { readFileSync } from 'node:fs';
import type { RecipeOf } from '@tsudoi/schema';
import { beforeAll, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { pretrain } from './pretrain.ts';
import type { InputArtifact, StageOutput } from './stage.ts';
import { testContext } from './testing/context.ts';
import { asInput, smallPipeline, tinyPretrain } from './testing/pipeline.ts';

const recipe: RecipeOf<'evaluate'> = {
  kind: 'evaluate',
  runId: tinyPretrain.runId,
  prompts: ['サーバの', '```\n設定'],
  sampleTokens: 12,
  temperature: 0.8,
  topP: 0.9,
  seed: 3,
};
let inputs: InputArtifact[];
let output: StageOutput;
const textOf = (made: StageOutput, name: string) =>
  readFileSync(made.files.find((file) => file.path === name)!.localPath, 'utf8');

beforeAll(async () => {
  const made = await smallPipeline();
  const training = testContext([made.shards, made.tokenizer]).context;
  const [model] = await pretrain({ ...tinyPretrain, steps: 60 }, training);
  inputs = [asInput(model, '3'), made.shards, made.corpus, made.tokenizer];
  [output] = await evaluate(recipe, testContext(inputs).context);
});

test('a trained model needs fewer bits for unseen sentences of its kind than eight a byte, as do all baselines', () => {
  for (const name of ['Model', 'Gzip', 'Byte5gram', 'Token5gram']) {
    expect(output.stats[`bitsPerByte${name}`]).toBeGreaterThan(0);
    expect(output.stats[`bitsPerByte${name}`]).toBeLessThan(8);
  }
  expect(output.stats.bytes).toBeGreaterThan(1000);
});

test('the report holds a sample for every prompt, the same ones each time', async () => {
  const report = JSON.parse(textOf(output, 'report.json'));
  expect(report.samples.map((sample: { prompt: string }) => sample.prompt)).toEqual(recipe.prompts);
  const [again] = await evaluate(recipe, testContext(inputs, { threads: 2 }).context);
  expect(textOf(again, 'report.json')).toBe(textOf(output, 'report.json'));
});

test('people read it in both languages, with charts', () => {
  const text = textOf(output, 'report.md');
  expect(text).toContain('# 評価');
  expect(text).toContain('# Evaluation');
  expect(textOf(output, 'bits-per-byte.svg')).toContain('<svg');
  expect(textOf(output, 'loss.svg')).toContain('<svg');
});

test('a stopped evaluation ends without a result', async () => {
  const { context } = testContext(inputs, { signal: AbortSignal.abort(new Error('stopped')) });
  await expect(evaluate(recipe, context)).rejects.toThrow('stopped');
});
