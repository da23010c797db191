// The checkpoint of a local training: the state, and what it was begun with.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type PretrainSettings } from '@tsudoi/schema';
import {
  readTrainingCheckpoint,
  type TrainingHistory,
  writeTrainingCheckpoint,
} from '../../train/checkpoint.ts';
import type { TrainerState } from '../../train/trainer.ts';
import { RecipeError } from './recipe.ts';

export interface SavedTraining {
  readonly state: TrainerState;
  readonly history: TrainingHistory;
  readonly pretrain: PretrainSettings;
  /** Folder of the packed data. */
  readonly packed: string | undefined;
}

export const checkpointPath = (outDir: string): string => join(outDir, 'checkpoint.safetensors');

/** @throws RecipeError when there is none; SafetensorsError when it is damaged */
export async function readSaved(outDir: string): Promise<SavedTraining> {
  const path = checkpointPath(outDir);
  if (!existsSync(path)) throw new RecipeError(`there is no ${path} to resume`);
  const { state, history, settings } = await readTrainingCheckpoint(path);
  if (settings === undefined) {
    throw new RecipeError(`${path} does not say what its training was begun with: it is not of this command`);
  }
  const { pretrain, packed } = JSON.parse(settings) as { pretrain: PretrainSettings; packed: string };
  return { state, history, pretrain, packed: packed || undefined };
}

export const writeSaved = (
  outDir: string,
  { state, history, pretrain, packed = '' }: SavedTraining,
): Promise<void> =>
  writeTrainingCheckpoint(checkpointPath(outDir), state, history, canonicalJson({ pretrain, packed }));
