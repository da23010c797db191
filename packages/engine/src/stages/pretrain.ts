import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type RecipeOf, Rejection } from '@tsudoi/schema';
import { type LlamaConfig, parameterCount } from '../models/llama-config.ts';
import { DeviceUnavailable } from '../runtime/device.ts';
import { type Batches, createBatches } from '../shards/batches.ts';
import { openShards, type Shards } from '../shards/open-shards.ts';
import { createTokenizer, decodeTokenizerJson, type Tokenizer } from '../tokenizer/index.ts';
import { createTrainer, type StepResult, type Trainer } from '../train/trainer.ts';
import { fileOf, inputOf } from './inputs.ts';
import { writeModelFiles } from './model-files.ts';
import type { OutputFile, Stage, StageContext, StageOutput } from './stage.ts';
import {
  emptyHistory,
  readTrainingCheckpoint,
  type TrainingHistory,
  writeTrainingCheckpoint,
} from './training-checkpoint.ts';

type PretrainRecipe = RecipeOf<'pretrain'>;

/**
 * Trains a Llama from scratch, or on from the newest checkpoint with the same bits as a run that was never disturbed:
 * the checkpoint holds parameters, moments and step, and the batch of a step is a function of the step alone.
 *
 * Rejections: compiler.missing; recipe.invalid when the shards do not fill one sequence.
 */
export const pretrain: Stage<'pretrain'> = async (recipe, context) => {
  const tokenizerJson = fileOf(inputOf(context, 'tokenizer'), 'tokenizer.json');
  const tokenizer = createTokenizer(decodeTokenizerJson(await readFile(tokenizerJson, 'utf8')));
  const input = inputOf(context, 'token-shards');
  const shards = openShards(fileOf(input, 'train.idx'), fileOf(input, 'train.bin'));
  try {
    return [await trainModel(recipe, shards, { tokenizer, tokenizerJson }, context)];
  } finally {
    shards.close();
  }
};

async function trainModel(
  recipe: PretrainRecipe,
  shards: Shards,
  { tokenizer, tokenizerJson }: { tokenizer: Tokenizer; tokenizerJson: string },
  context: StageContext,
): Promise<StageOutput> {
  const batches = batchesOf(recipe, shards);
  const config = configOf(recipe, tokenizer);
  context.progress(0, { code: 'compile', params: {} });
  const trainer = openTrainer(recipe, config, context.threads);
  try {
    const history = await train(recipe, trainer, batches, context);
    const files = await writeModelFiles(context.outDir, config, trainer.parameters(), tokenizerJson);
    const parameters = parameterCount(config);
    return {
      kind: 'model',
      title: `Llama ${(parameters / 1e6).toFixed(1)}M`,
      files: [...files, await writeMetrics(context.outDir, history)],
      stats: {
        parameters,
        steps: recipe.steps,
        tokens: recipe.steps * recipe.batchSize * recipe.sequenceLength,
        ...finalLoss(history.loss),
        seconds: Math.round(history.seconds),
      },
    };
  } finally {
    trainer.dispose();
  }
}

export function configOf({ model, sequenceLength }: PretrainRecipe, tokenizer: Tokenizer): LlamaConfig {
  return {
    vocabSize: tokenizer.vocabSize,
    hiddenSize: model.hiddenSize,
    layers: model.layers,
    heads: model.heads,
    keyValueHeads: model.keyValueHeads,
    intermediateSize: model.intermediateSize,
    maxPositions: sequenceLength,
    ropeTheta: model.ropeTheta,
    normEps: model.rmsNormEps,
    tieEmbeddings: model.tieWordEmbeddings,
    initializerRange: model.initializerRange,
    bosTokenId: tokenizer.eosId, // what stands before a document in the packed shards
    eosTokenId: tokenizer.eosId,
    padTokenId: tokenizer.padId,
  };
}

function openTrainer(recipe: PretrainRecipe, config: LlamaConfig, threads: number): Trainer {
  const { optimizer, batchSize, sequenceLength, seed, steps } = recipe;
  const { warmupSteps, learningRate, minLearningRate } = optimizer;
  const schedule = { warmupSteps, totalSteps: steps, finalFraction: minLearningRate / learningRate };
  try {
    return createTrainer({ config, batchSize, sequenceLength, optimizer, schedule, seed, threads });
  } catch (error) {
    throw compilerMissing(error) ?? error;
  }
}

/** The device says that there is no compiler or no headers; a kernel that does not compile is a defect of ours. */
export function compilerMissing(error: unknown): Rejection | null {
  const missing = error instanceof DeviceUnavailable && error.message.includes('Install it');
  return missing ? new Rejection('compiler.missing') : null;
}

async function train(
  recipe: PretrainRecipe,
  trainer: Trainer,
  batches: Batches,
  context: StageContext,
): Promise<TrainingHistory> {
  const { steps, batchSize, sequenceLength, checkpointEvery } = recipe;
  let history = emptyHistory();
  let next = 0;
  if (context.resumeFrom) {
    const checkpoint = await readTrainingCheckpoint(context.resumeFrom.localPath);
    trainer.restore(checkpoint.state);
    ({ history } = checkpoint);
    next = checkpoint.state.step;
  }
  const clock = stopwatch(history.seconds);
  let saving = { done: Promise.resolve() };
  while (next < steps) {
    await setImmediate(); // lets an abort and answers about checkpoints arrive
    context.signal.throwIfAborted();
    const startedAt = performance.now();
    const result = trainer.step(batches.batch(next));
    next = result.step;
    record(history, result);
    const tokensPerSecond = (batchSize * sequenceLength * 1000) / (performance.now() - startedAt);
    report(context, result, steps, tokensPerSecond);
    if (next % checkpointEvery === 0 && next < steps) {
      await saving.done; // one at a time; training goes on while it travels
      history.seconds = clock();
      saving = await saveCheckpoint(trainer, history, context);
    }
  }
  await saving.done;
  history.seconds = clock();
  return history;
}

function batchesOf({ sequenceLength, batchSize, seed }: PretrainRecipe, shards: Shards): Batches {
  if (shards.length <= sequenceLength) {
    const problem = `the shards hold ${shards.length} tokens, one sequence needs ${sequenceLength + 1}`;
    throw new Rejection('recipe.invalid', { field: 'shards.sequenceLength', problem });
  }
  return createBatches({ tokens: shards, sequenceLength, batchSize, seed });
}

/** Writes the state of now; `done` resolves when it is safe outside this machine. */
async function saveCheckpoint(
  trainer: Trainer,
  history: TrainingHistory,
  context: StageContext,
): Promise<{ done: Promise<void> }> {
  const state = trainer.state();
  const localPath = join(context.outDir, `checkpoint-${state.step}.safetensors`);
  await writeTrainingCheckpoint(localPath, state, history);
  const done = context.saveCheckpoint({ step: state.step, localPath }).then(() => rm(localPath));
  done.catch(() => {}); // thrown where it is awaited
  return { done };
}

function record(history: TrainingHistory, { loss, gradNorm, learningRate }: StepResult): void {
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss} after ${history.loss.length} good steps`);
  history.loss.push(loss);
  history.gradNorm.push(gradNorm);
  history.learningRate.push(Math.fround(learningRate));
}

function report(context: StageContext, result: StepResult, steps: number, tokensPerSecond: number): void {
  const { step, loss, learningRate, gradNorm } = result;
  const point = (series: string, value: number) => ({ series, step, value });
  context.metrics([
    point('loss', loss),
    point('learningRate', learningRate),
    point('gradNorm', gradNorm),
    point('tokensPerSecond', Math.round(tokensPerSecond)),
  ]);
  context.progress(step / steps, { code: 'step', params: { step, steps, loss } });
}

function stopwatch(before: number): () => number {
  const startedAt = performance.now();
  return () => before + (performance.now() - startedAt) / 1000;
}

/** Mean training loss of the last twentieth of the steps, at least ten of them: one batch alone says little. */
export function finalLoss(losses: number[]): { finalLoss: number; finalLossSteps: number } {
  const last = losses.slice(-Math.max(10, Math.round(losses.length / 20)));
  const mean = last.reduce((sum, loss) => sum + loss, 0) / last.length;
  return { finalLoss: Number(mean.toFixed(6)), finalLossSteps: last.length };
}

async function writeMetrics(outDir: string, history: TrainingHistory): Promise<OutputFile> {
  const localPath = join(outDir, 'metrics.json');
  const { loss, gradNorm, learningRate } = history;
  const rows = loss.map((value, i) => ({
    step: i + 1,
    loss: value,
    gradNorm: gradNorm[i],
    learningRate: learningRate[i],
  }));
  await writeFile(localPath, `${JSON.stringify({ steps: rows }, null, 1)}\n`);
  return { path: 'metrics.json', localPath, mediaType: 'application/json' };
}
