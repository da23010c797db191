import type { JobKind, Recipe } from '@tsudoi/schema';
import type { Stage, StageContext, StageOutput } from './stage.ts';

export { type ModelFiles, readModelFiles } from './model-files.ts';
export type { Checkpoint, InputArtifact, OutputFile, Stage, StageContext, StageOutput } from './stage.ts';

/** Each stage is loaded when its first job comes, so that a node that only filters text never loads the compiler. */
const loaders: { [K in JobKind]: () => Promise<Stage<K>> } = {
  ingest: async () => (await import('./ingest.ts')).ingest,
  filter: async () => (await import('./filter.ts')).filter,
  refine: async () => (await import('./refine.ts')).refine,
  'dedup-sign': async () => (await import('./dedup-ranks.ts')).dedupSign,
  'dedup-group': async () => (await import('./dedup-ranks.ts')).dedupGroup,
  'dedup-apply': async () => (await import('./dedup-ranks.ts')).dedupApply,
  dedup: async () => (await import('./dedup.ts')).dedup,
  tokenizer: async () => (await import('./tokenizer.ts')).tokenizer,
  shards: async () => (await import('./shards.ts')).shards,
  pretrain: async () => (await import('./pretrain.ts')).pretrain,
  evaluate: async () => (await import('./evaluate.ts')).evaluate,
};

/**
 * Runs the stage of a recipe.
 * @throws Rejection what the stage refuses; anything else it throws is a defect or the abort of `context.signal`
 */
export async function runStage(recipe: Recipe, context: StageContext): Promise<StageOutput[]> {
  const stage = (await loaders[recipe.kind]()) as Stage<JobKind>;
  return stage(recipe, context);
}
