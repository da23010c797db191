import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  DedupSettings,
  FilterRule,
  Language,
  Location,
  licenceVerdict,
  Rejection,
  RepetitionSettings,
  SourcePart,
  UseRights,
} from '@tsudoi/schema';
import { z } from 'zod';
import { LLM_JP_HEAD } from '../../tokenizer/index.ts';
import { decontaminationDefaults } from '../decontaminate/decontaminate.ts';
import { checkRules, filterPresets } from '../filters/presets.ts';
import { MixtureSettings } from '../mixing/mixture.ts';
import { SplitSettings } from '../mixing/split.ts';
import { uzushioRepetition } from '../paragraphs/repeated.ts';

const Id = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,59}$/);
const InTwo = z.strictObject({ ja: z.string().min(1), en: z.string().min(1) });
/** Relative to the recipe. */
const Path = z.string().min(1);

/** A cascade: names of presets and rules, one after the other. */
const CascadeSpec = z.array(z.union([z.string(), FilterRule]));

export const RecipePart = SourcePart.extend({
  /** As in a proposal, or a file of this machine (one file or an archive). */
  location: z.union([Location, z.strictObject({ kind: z.literal('file'), path: Path })]),
  include: SourcePart.shape.include.default(['**']),
});

export const RecipeSource = z.strictObject({
  id: Id,
  title: InTwo,
  /** SPDX expression. */
  licence: z.string().min(1),
  attribution: z.string().default(''),
  homepage: z.string().default(''),
  rights: UseRights.default({ train: true, search: true, redistribute: true }),
  /** Instead of the cascade of its language. */
  filter: CascadeSpec.optional(),
  parts: z.array(RecipePart).min(1).max(20),
});
export type RecipeSource = z.infer<typeof RecipeSource>;

const TokenizerTraining = z.strictObject({
  head: z
    .strictObject({ specials: z.array(z.string().min(1)).min(1), spaceRuns: z.int().min(1).max(64) })
    .default({ specials: [...LLM_JP_HEAD.specials], spaceRuns: LLM_JP_HEAD.spaceRuns }),
  headScore: z.number().max(0).nullable().default(null),
  epochs: z.int().min(1).max(20).default(2),
  /** At most this much text of the training split per partition, chosen by hash. */
  sampleBytes: z.int().positive(),
  partitions: z
    .array(
      z.strictObject({
        language: Language,
        pieces: z.int().min(10),
        maxPieceLength: z.int().min(1).max(64).default(16),
        characterCoverage: z.number().gt(0.9).max(1).default(0.9995),
        stripSpaces: z.enum(['all', 'symbols', 'none']).default('symbols'),
      }),
    )
    .min(1),
});

/** From raw files to shards, as data: `npm run corpus -- build recipe.json`. */
export const CorpusRecipe = z.strictObject({
  name: Id,
  title: InTwo,
  description: InTwo,
  sources: z.array(RecipeSource).min(1).max(1000),
  /** Of each source. */
  limits: z
    .strictObject({
      maxBytes: z.int().positive(),
      maxFiles: z.int().positive(),
      maxSeconds: z.int().positive(),
    })
    .default({ maxBytes: 2 ** 30, maxFiles: 200_000, maxSeconds: 3600 }),
  filter: z.strictObject({
    ja: CascadeSpec.default(['ja-docs']),
    en: CascadeSpec.default(['en-docs']),
    code: CascadeSpec.default(['code']),
    /** Word lists by name: files of one word a line. */
    lists: z.record(z.string(), Path).default({}),
    /** Good text for the filter `perplexity`: one text a line. */
    quality: Path.nullable().default(null),
  }),
  /** Uzushio's filters on repeated paragraphs; null leaves them out. */
  paragraphs: RepetitionSettings.nullable().default(uzushioRepetition),
  dedup: DedupSettings.default({ ngram: 5, buckets: 20, rows: 10, seed: 1 }),
  decontaminate: z
    .strictObject({
      sets: z.array(Path).default([]),
      words: z.int().min(2).max(100).default(decontaminationDefaults.words),
      characters: z.int().min(4).max(300).default(decontaminationDefaults.characters),
    })
    .default({ sets: [], ...decontaminationDefaults }),
  split: SplitSettings.extend({ pinned: Path.nullable().default(null) }),
  tokenizer: z.union([z.strictObject({ file: Path }), z.strictObject({ train: TokenizerTraining })]),
  mixtures: z.array(MixtureSettings).min(1).max(100),
  /** A training recipe that is written once per mixture with its shards as data. */
  training: Path.nullable().default(null),
});
export type CorpusRecipe = z.infer<typeof CorpusRecipe>;

/** A recipe that cannot be built; one line a problem. */
export class CorpusRecipeError extends Error {
  override name = 'CorpusRecipeError';
}

/** Reads and checks a recipe: shape, names, licences and rules. Paths come back absolute. */
export async function readCorpusRecipe(path: string): Promise<CorpusRecipe> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new CorpusRecipeError(`${path} is not JSON: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CorpusRecipeError(`there is no recipe ${path}`);
    throw error;
  }
  const parsed = CorpusRecipe.safeParse(json);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'recipe'}: ${issue.message}`);
    throw new CorpusRecipeError(lines.map((line) => `${path}: ${line}`).join('\n'));
  }
  const problems = problemsOf(parsed.data);
  if (problems.length > 0) throw new CorpusRecipeError(problems.map((each) => `${path}: ${each}`).join('\n'));
  return withAbsolutePaths(parsed.data, dirname(resolve(path)));
}

function problemsOf(recipe: CorpusRecipe): string[] {
  const problems: string[] = [];
  const twice = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);
  for (const id of twice(recipe.sources.map((source) => source.id)))
    problems.push(`sources: "${id}" stands there twice`);
  for (const name of twice(recipe.mixtures.map((mixture) => mixture.name)))
    problems.push(`mixtures: "${name}" stands there twice`);
  if (recipe.split.validation + recipe.split.test >= 1) problems.push('split: nothing is left to train on');
  for (const { id, licence, rights } of recipe.sources) {
    const refusal = licenceProblem(licence, rights);
    if (refusal) problems.push(`sources.${id}.licence: ${refusal}`);
  }
  const cascades: [string, z.infer<typeof CascadeSpec>][] = [
    ...(['ja', 'en', 'code'] as const).map((language): [string, z.infer<typeof CascadeSpec>] => [
      `filter.${language}`,
      recipe.filter[language],
    ]),
    ...recipe.sources.flatMap(({ id, filter }): [string, z.infer<typeof CascadeSpec>][] =>
      filter ? [[`sources.${id}.filter`, filter]] : [],
    ),
  ];
  for (const [place, spec] of cascades) {
    try {
      checkRules(rulesOf(spec));
    } catch (error) {
      problems.push(`${place}: ${(error as Error).message}`);
    }
  }
  return problems;
}

function licenceProblem(licence: string, rights: UseRights): string | null {
  try {
    const verdict = licenceVerdict(licence, rights);
    return verdict.rights.train
      ? null
      : `${licence} does not allow training (${verdict.refusals.map(({ rule }) => rule).join(', ') || 'not asked for'})`;
  } catch (error) {
    if (error instanceof Rejection) return error.message;
    throw error;
  }
}

/** The rules of a cascade, presets written out. @throws CorpusRecipeError for a preset that does not exist */
export function rulesOf(spec: z.infer<typeof CascadeSpec>): FilterRule[] {
  return spec.flatMap((each) => {
    if (typeof each !== 'string') return [each];
    if (Object.hasOwn(filterPresets, each)) return filterPresets[each];
    throw new CorpusRecipeError(
      `there is no preset "${each}"; there are ${Object.keys(filterPresets).join(', ')}`,
    );
  });
}

function withAbsolutePaths(recipe: CorpusRecipe, base: string): CorpusRecipe {
  const at = (path: string) => resolve(base, path);
  const orNull = (path: string | null) => (path === null ? null : at(path));
  return {
    ...recipe,
    sources: recipe.sources.map((source) => ({
      ...source,
      parts: source.parts.map((part) =>
        part.location.kind === 'file'
          ? { ...part, location: { ...part.location, path: at(part.location.path) } }
          : part,
      ),
    })),
    filter: {
      ...recipe.filter,
      lists: Object.fromEntries(Object.entries(recipe.filter.lists).map(([name, path]) => [name, at(path)])),
      quality: orNull(recipe.filter.quality),
    },
    decontaminate: { ...recipe.decontaminate, sets: recipe.decontaminate.sets.map(at) },
    split: { ...recipe.split, pinned: orNull(recipe.split.pinned) },
    tokenizer: 'file' in recipe.tokenizer ? { file: at(recipe.tokenizer.file) } : recipe.tokenizer,
    training: orNull(recipe.training),
  };
}
