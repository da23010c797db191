// `--ranks N`: the same command in N processes, each with its share of every step.

import { fileURLToPath } from 'node:url';
import type { DeviceName } from '../../train/open-trainer.ts';
import { launchRanks } from '../../train/ranks/launch.ts';
import { shareOf } from '../../train/ranks/share.ts';
import { sequencesPerStep } from '../../train/settings.ts';
import type { Terminal } from './main.ts';
import { RecipeError, readRecipe } from './recipe.ts';

export interface RanksOptions {
  readonly path: string;
  readonly device: DeviceName;
  readonly world: number;
  /** Of the call, to be given to every rank. */
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

/** @throws RecipeError before anything is started; RankFailed; the signal's reason */
export async function trainOnRanks(options: RanksOptions, terminal: Terminal): Promise<void> {
  const { path, world, args, signal } = options;
  const { pretrain } = await readRecipe(path);
  if (!shareOf(pretrain, world)) {
    const sequences = `${sequencesPerStep(pretrain)} sequences a step (batchSize x accumulation)`;
    throw new RecipeError(
      `${path}: ${sequences} cannot be shared by ${world} ranks; make batchSize or accumulation a multiple of ${world}`,
    );
  }
  const { out, err, rewrites } = terminal;
  await launchRanks({
    module: fileURLToPath(new URL('../train.ts', import.meta.url)),
    args: (rank) => [...args, '--rank', String(rank)],
    ...{ world, signal, inherit: rewrites, out, err },
  });
}
