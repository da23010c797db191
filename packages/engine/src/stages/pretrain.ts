import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeOf, Rejection } from '@tsudoi/schema';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { countParameters, type Family } from '../models/model.ts';
import { DeviceUnavailable } from '../runtime/device.ts';
import { type Batches, createBatches } from '../shards/batches.ts';
import { openShards, type Shards } from '../shards/open-shards.ts';
import { createTokenizer, decodeTokenizerJson, type Tokenizer } from '../tokenizer/index.ts';
import {
  emptyHistory,
  readTrainingCheckpoint,
  type TrainingHistory,
  writeTrainingCheckpoint,
} from '../train/checkpoint.ts';
import { type CheckpointStore, runTraining } from '../train/run.ts';
import { configFor, sequencesPerStep, tokensPerStep, trainerOptionsFor } from '../train/settings.ts';
import { createTrainer, type StepResult, type Trainer } from '../train/trainer.ts';
import { fileOf, inputOf } from './inputs.ts';
import { writeModelFiles } from './model-files.ts';
import type { OutputFile, Stage, StageContext, StageOutput } from './stage.ts';

type PretrainRecipe = RecipeOf<'pretrain'>;

const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  llama: 'Llama',
  gpt2: 'GPT-2',
  gpt_neox: 'GPT-NeoX',
};

/**
 * Trains a model from scratch, or on from the newest checkpoint with the same bits as a run that was never disturbed:
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
  const config = configFor(recipe, tokenizer);
  context.progress(0, { code: 'compile', params: {} });
  const trainer = openTrainer(recipe, config, context.threads);
  try {
    const history = await train(recipe, trainer, batches, context);
    const files = await writeModelFiles(context.outDir, config, trainer.parameters(), tokenizerJson);
    const { family } = modelOf(config);
    const parameters = countParameters(modelOf(config));
    return {
      kind: 'model',
      title: `${FAMILY_NAMES[family]} ${(parameters / 1e6).toFixed(1)}M`,
      files: [...files, await writeMetrics(context.outDir, history)],
      stats: {
        parameters,
        steps: recipe.steps,
        tokens: recipe.steps * tokensPerStep(recipe),
        ...finalLoss(history.loss),
        seconds: Math.round(history.seconds),
      },
    };
  } finally {
    trainer.dispose();
  }
}

function openTrainer(recipe: PretrainRecipe, config: ModelConfig, threads: number): Trainer {
  if (recipe.precision !== 'float32') {
    const problem = `this worker trains on the CPU, in float32, not in ${recipe.precision}`;
    throw new Rejection('recipe.invalid', { field: 'precision', problem });
  }
  try {
    return createTrainer({ ...trainerOptionsFor(recipe, config), threads });
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
  const { steps, checkpointEvery } = recipe;
  const from = { step: 0, history: emptyHistory() };
  if (context.resumeFrom) {
    const checkpoint = await readTrainingCheckpoint(context.resumeFrom.localPath);
    trainer.restore(checkpoint.state);
    from.history = checkpoint.history;
    from.step = checkpoint.state.step;
  }
  return runTraining({
    ...{ trainer, steps, checkpointEvery, from, signal: context.signal },
    batch: batches.batch,
    store: checkpointStore(context),
    onStep: (result, seconds) => report(context, result, steps, tokensPerStep(recipe) / seconds),
  });
}

function batchesOf(recipe: PretrainRecipe, shards: Shards): Batches {
  const { sequenceLength, seed } = recipe;
  if (shards.length <= sequenceLength) {
    const problem = `the shards hold ${shards.length} tokens, one sequence needs ${sequenceLength + 1}`;
    throw new Rejection('recipe.invalid', { field: 'shards.sequenceLength', problem });
  }
  return createBatches({ tokens: shards, sequenceLength, batchSize: sequencesPerStep(recipe), seed });
}

/** Checkpoints lie in the output folder; all but the one before the first step also go to the object store. */
function checkpointStore(context: StageContext): CheckpointStore {
  let last = context.resumeFrom?.localPath;
  return {
    async save(state, history) {
      const localPath = join(context.outDir, `checkpoint-${state.step}.safetensors`);
      await writeTrainingCheckpoint(localPath, state, history);
      const older = last;
      last = localPath;
      const sent =
        state.step > 0 ? context.saveCheckpoint({ step: state.step, localPath }) : Promise.resolve();
      const done = sent.then(async () => {
        if (older && older !== context.resumeFrom?.localPath) await rm(older, { force: true });
      });
      done.catch(() => {}); // thrown where it is awaited
      return { done };
    },
    load: () => {
      if (last === undefined) throw new Error('there is no checkpoint to go back to');
      return readTrainingCheckpoint(last);
    },
  };
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

/** Mean training loss of the last twentieth of the steps, at least ten of them: one batch alone says little. */
export function finalLoss(losses: number[]): { finalLoss: number; finalLossSteps: number } {
  const last = losses.slice(-Math.max(10, Math.round(losses.length / 20)));
  const mean = last.reduce((sum, loss) => sum + loss, 0) / last.length;
  return { finalLoss: Number(mean.toFixed(6)), finalLossSteps: last.length };
}

async function writeMetrics(outDir: string, history: TrainingHistory): Promise<OutputFile> {
  const localPath = join(outDir, 'metrics.json');
  const { loss, gradNorm, learningRate, events } = history;
  const rows = loss.map((value, i) => ({
    step: i + 1,
    loss: value,
    gradNorm: gradNorm[i],
    learningRate: learningRate[i],
  }));
  await writeFile(
    localPath,
    `${JSON.stringify({ steps: rows, ...(events.length > 0 && { events }) }, null, 1)}\n`,
  );
  return { path: 'metrics.json', localPath, mediaType: 'application/json' };
}
