import { readFileSync } from 'node:fs';
import type { JobNote } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { corpusArtifact, sampleDocuments } from '../../../../packages/engine/src/stages/testing/context.ts';
import { smallPipeline, tinyPretrain } from '../../../../packages/engine/src/stages/testing/pipeline.ts';
import { tempDir } from '../../../../packages/engine/src/stages/testing/temp-dir.ts';
import { runStageInThread } from './run-stage.ts';
import type { StageTask } from './stage-messages.ts';

const runId = '00000000-0000-4000-8000-000000000002';
const live = new AbortController().signal;
const silent = { progress: () => {}, metrics: () => {}, checkpoint: async () => {} };

async function tokenizerTask(vocabSize: number): Promise<StageTask> {
  const settings = { vocabSize, maxPieceLength: 8, characterCoverage: 0.9995, sampleBytes: 10_000_000 };
  return {
    recipe: { kind: 'tokenizer', runId, ...settings },
    inputs: [await corpusArtifact(sampleDocuments(100))],
    uploads: {},
    outDir: tempDir(),
    threads: 1,
    resumeFrom: null,
  };
}

async function pretrainTask(): Promise<StageTask> {
  const { shards, tokenizer } = await smallPipeline();
  const outDir = tempDir();
  const recipe = { ...tinyPretrain, steps: 11 };
  return { recipe, inputs: [shards, tokenizer], uploads: {}, outDir, threads: 1, resumeFrom: null };
}

test('a stage in its thread hands out progress and its outputs', async () => {
  const notes: JobNote[] = [];
  const events = { ...silent, progress: (_fraction: number, note: JobNote) => notes.push(note) };
  const [output] = await runStageInThread(await tokenizerTask(340), events, live);
  expect(output.stats.vocabSize).toBe(340);
  expect(readFileSync(output.files[0].localPath, 'utf8')).toContain('Unigram');
  expect(notes.at(-1)).toEqual({ code: 'vocabulary', params: { count: 340 } });
});

test('what a stage refuses crosses the thread as the same rejection', async () => {
  await expect(runStageInThread(await tokenizerTask(500_000), silent, live)).rejects.toMatchObject({
    name: 'Rejection',
    code: 'recipe.vocabulary-too-large',
  });
});

test('a stopped stage ends at once with the reason of the stop', async () => {
  const stop = new AbortController();
  const events = { ...silent, metrics: () => stop.abort(new Error('lease lost')) };
  await expect(runStageInThread(await pretrainTask(), events, stop.signal)).rejects.toThrow('lease lost');
});

test('checkpoints are handed out, and one that cannot be saved ends the stage', async () => {
  const steps: number[] = [];
  const keep = async ({ step }: { step: number }) => void steps.push(step);
  await runStageInThread(await pretrainTask(), { ...silent, checkpoint: keep }, live);
  expect(steps).toEqual([5, 10]);
  const lose = () => Promise.reject(new Error('no space'));
  await expect(runStageInThread(await pretrainTask(), { ...silent, checkpoint: lose }, live)).rejects.toThrow(
    'no space',
  );
});
