// What every way of calling `train` needs first: recipe, data, model, memory check, trainer.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TrainingRecipe } from '@tsudoi/schema';
import { loadModel } from '../../io/model-folder.ts';
import { type ModelConfig, modelOf, trainingFlopsPerToken } from '../../models/families.ts';
import { countParameters } from '../../models/model.ts';
import { createBatches } from '../../shards/batches.ts';
import { type LocalData, localData } from '../../train/local-data.ts';
import { estimateMemory, requireMemory } from '../../train/memory.ts';
import {
  type DeviceName,
  type OpenedTrainer,
  openTrainer,
  requirePrecision,
} from '../../train/open-trainer.ts';
import { meet, type RankGroup } from '../../train/ranks/group.ts';
import { sequencesOf, shareOf } from '../../train/ranks/share.ts';
import { configFor, sequencesPerStep, tokensPerStep, trainerOptionsFor } from '../../train/settings.ts';
import { RecipeError, readRecipe } from './recipe.ts';
import { readSaved, type SavedTraining } from './saved.ts';

export interface Settings {
  readonly path: string;
  readonly device: DeviceName;
  readonly threads?: number;
  /** Goes on from the checkpoint in the output folder. */
  readonly resume?: boolean;
  /** The processes that train together, where this is one of several. */
  readonly group?: RankGroup;
  note(line: string): void;
}

export interface Session {
  readonly recipe: TrainingRecipe;
  readonly outDir: string;
  readonly data: LocalData;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly flopsPerToken: number;
  readonly tokensPerStep: number;
  /** Tokens of a batch by its number. */
  readonly batch: (index: number) => Int32Array;
  readonly trainer: OpenedTrainer;
  /** What is resumed. */
  readonly checkpoint?: SavedTraining;
  close(): void;
}

/** @throws RecipeError, DataError, OutOfMemory, DeviceUnavailable, UnsupportedConfig with one line each */
export async function openSession(settings: Settings): Promise<Session> {
  const { path, device, threads, note, group } = settings;
  const recipe = await readRecipe(path);
  requirePrecision(device, recipe.pretrain.precision);
  const base = dirname(resolve(path));
  const outDir = resolve(base, recipe.out);
  await mkdir(outDir, { recursive: true });
  const checkpoint = settings.resume ? await readSaved(outDir) : undefined;
  const startFolder = recipe.startFrom && !checkpoint ? resolve(base, recipe.startFrom) : undefined;
  if (startFolder && !existsSync(join(startFolder, 'config.json'))) {
    throw new RecipeError(`${path}: startFrom: ${startFolder} holds no config.json`);
  }
  // The first rank packs the data, the others find it.
  if (group && group.rank > 0) await meet(group);
  const data = await localData(recipe, { path, outDir, note, packed: checkpoint?.packed });
  if (group?.rank === 0) await meet(group);
  try {
    const config = configFor(recipe.pretrain, data.tokenizer);
    const model = modelOf(config);
    const share = shareOf(recipe.pretrain, group?.world ?? 1);
    const options = { ...trainerOptionsFor(recipe.pretrain, config), ...share };
    // A GPU's memory is not this process's; its driver refuses by itself.
    if (device === 'cpu')
      requireMemory(estimateMemory(options), process.availableMemory() / (group?.world ?? 1));
    const { sequenceLength, seed } = recipe.pretrain;
    if (data.shards.length <= sequenceLength) {
      const need = `one sequence needs ${sequenceLength + 1}`;
      throw new RecipeError(`${path}: data holds ${data.shards.length} tokens, ${need}`);
    }
    const batches = createBatches({
      ...{ tokens: data.shards, sequenceLength, seed, batchSize: sequencesPerStep(recipe.pretrain) },
    });
    note(`compiling for ${device}`);
    const { precision } = recipe.pretrain;
    const trainer = await openTrainer(device, { ...options, threads, precision }, group);
    if (startFolder) await startFrom(trainer, startFolder, config);
    const { batch } = batches;
    return {
      ...{ recipe, outDir, data, config, trainer, checkpoint },
      batch: group ? (index) => sequencesOf(batch(index), recipe.pretrain, group) : batch,
      parameters: countParameters(model),
      flopsPerToken: trainingFlopsPerToken(config, sequenceLength),
      tokensPerStep: tokensPerStep(recipe.pretrain),
      close() {
        trainer.dispose();
        data.shards.close();
      },
    };
  } catch (error) {
    data.shards.close();
    throw error;
  }
}

/** Puts the weights of a model folder into a fresh trainer. */
async function startFrom(trainer: OpenedTrainer, folder: string, config: ModelConfig): Promise<void> {
  const loaded = await loadModel(folder);
  const wanted = modelOf(config);
  for (const { name, shape } of wanted.parameters) {
    const got = loaded.parameters.get(name);
    if (`${got?.shape}` !== `${shape}`) {
      throw new RecipeError(
        `startFrom: ${name} is [${got?.shape ?? 'missing'}] in ${folder}, the recipe's is [${shape}]`,
      );
    }
  }
  const state = await trainer.state();
  trainer.restore({ step: 0, tensors: new Map([...state.tensors, ...loaded.parameters]) });
}
