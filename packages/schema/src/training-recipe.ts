import { z } from 'zod';
import { PlainTokenizer, PretrainSettings } from './recipes.ts';

/** Paths are relative to the recipe's own folder. */
const Path = z.string().min(1);

/** When the watcher takes back a run whose loss jumps; the rule is in decision record 0014. */
export const WatchSettings = z.strictObject({
  /** Robust deviations above the median that count as a spike. */
  threshold: z.number().positive(),
  /** Rollbacks after which the run is given up. */
  maxRollbacks: z.int().nonnegative(),
});

/**
 * A training that needs no hub: `npm run train -- recipe.json`. The settings of the training itself are the same as on
 * a run card.
 */
export const TrainingRecipe = z.strictObject({
  title: z.string().min(1).max(120),
  /** Text files (one document each; `.jsonl` one a line, field `text`), folders or `*` patterns; or packed shards. */
  data: z.union([
    z.strictObject({ files: z.array(Path).min(1).max(1000) }),
    z.strictObject({ shards: Path }),
  ]),
  /** A tokenizer.json, or how to train one on the data. Not needed with shards whose folder holds one. */
  tokenizer: z.union([z.strictObject({ file: Path }), z.strictObject({ train: PlainTokenizer })]).optional(),
  /** A model folder in Hugging Face's layout to go on from; its sizes must be the recipe's. */
  startFrom: Path.optional(),
  /** Where everything is written. */
  out: Path,
  pretrain: PretrainSettings,
  watch: WatchSettings.optional(),
});
export type TrainingRecipe = z.infer<typeof TrainingRecipe>;
