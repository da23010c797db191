import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { LLM_JP_HEAD } from '../../tokenizer/index.ts';
import { UsageError } from '../corpus/subcommand.ts';

/** A vocabulary as data: what it is trained on, how large each part is, and what comes first. */
export const TokenizerRecipeFile = z.strictObject({
  head: z
    .strictObject({ specials: z.array(z.string().min(1)).min(1), spaceRuns: z.int().min(1).max(64) })
    .default({ specials: [...LLM_JP_HEAD.specials], spaceRuns: LLM_JP_HEAD.spaceRuns }),
  /** Score of the head; null takes what the text says. LLM-jp v2.2: -80. */
  headScore: z.number().max(0).nullable().default(null),
  /** EM passes over the raw text of all partitions after the merge. */
  epochs: z.int().min(1).max(20).default(2),
  heldOut: z
    .strictObject({ share: z.number().min(0).lt(0.5), seed: z.int().nonnegative() })
    .default({ share: 0.01, seed: 1 }),
  partitions: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** Relative to the recipe. */
        files: z.array(z.string()).min(1),
        /** Pieces of this partition before the merge. */
        pieces: z.int().min(10),
        maxPieceLength: z.int().min(1).max(64).default(16),
        characterCoverage: z.number().gt(0.9).max(1).default(0.9995),
        segmentJapanese: z.boolean().default(true),
        seeds: z.enum(['words', 'sentences']).default('words'),
        stripSpaces: z.enum(['all', 'symbols', 'none']).default('symbols'),
      }),
    )
    .min(1),
});
export type TokenizerRecipeFile = z.infer<typeof TokenizerRecipeFile>;

export async function readRecipe(path: string): Promise<TokenizerRecipeFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not JSON: ${error.message}`);
    throw error;
  }
  const parsed = TokenizerRecipeFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${path}: ${issue.path.join('.') || 'recipe'}: ${issue.message}`);
  }
  const recipe = parsed.data;
  for (const partition of recipe.partitions) {
    partition.files = partition.files.map((file) => resolve(dirname(path), file));
  }
  return recipe;
}
