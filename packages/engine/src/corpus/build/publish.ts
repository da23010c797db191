import { copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TrainingRecipe } from '@tsudoi/schema';
import { hashFile } from '../../scale/hash-file.ts';
import { writeAtomically } from '../../scale/plan.ts';
import { stepKey } from '../../scale/whole-step.ts';
import type { Timing } from './build.ts';
import { CorpusManifest, type ManifestFile, manifestFile } from './manifest.ts';
import type { PackResult } from './pack.ts';
import { type CorpusRecipe, CorpusRecipeError } from './recipe.ts';
import { htmlReport } from './report-html.ts';
import { markdownReport } from './report-markdown.ts';
import type { StepResult } from './steps.ts';
import type { BuiltTokenizer } from './tokenizer.ts';

/** Everything that is known when the last step is done. */
export interface Published {
  recipe: CorpusRecipe;
  sources: CorpusManifest['sources'];
  stages: CorpusManifest['stages'];
  split: CorpusManifest['split'];
  tokenizer: BuiltTokenizer & { sha256: string };
  pack: PackResult;
  folders: {
    filtered: StepResult;
    repeated: StepResult | null;
    unique: StepResult;
    clean: StepResult;
    packed: string;
  };
  timings: readonly Timing[];
}

type Draft = Omit<ManifestFile, 'sha256' | 'bytes'>;

const MEDIA_TYPES: Record<string, string> = {
  gz: 'application/jsonl+gzip',
  json: 'application/json',
  html: 'text/html',
  md: 'text/markdown',
  vocab: 'text/tab-separated-values',
};

/**
 * Puts the results in their places below `out` (hard links into work/ where the file system has them), writes the
 * recipe, the training recipes and the reports, and corpus.json last. What an earlier build left there goes first.
 */
export async function publish(facts: Published, out: string): Promise<CorpusManifest> {
  await rm(join(out, manifestFile), { force: true });
  for (const old of ['documents', 'removed', 'tokenizer', 'shards'])
    await rm(join(out, old), { recursive: true, force: true });
  const files: Draft[] = [];
  const place = async (from: string, file: Omit<Draft, 'mediaType'>) => {
    await linkOrCopy(from, join(out, file.path));
    files.push({ ...file, mediaType: mediaTypeOf(file.path) });
  };
  const write = async (text: string, path: string, role: Draft['role']) => {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), text);
    files.push({ path, role, source: null, stage: null, mediaType: mediaTypeOf(path) });
  };
  await placeDocuments(facts, place);
  for (const name of facts.tokenizer.files)
    await place(join(facts.tokenizer.folder, name), {
      ...{ path: `tokenizer/${name}`, role: 'tokenizer', source: null, stage: null },
    });
  for (const { bin, idx } of facts.pack.shards)
    for (const path of [bin, idx])
      await place(join(facts.folders.packed, path.replace(/^shards\//, '')), {
        ...{ path, role: 'shards', source: null, stage: null },
      });
  const recipe = `${JSON.stringify(portable(facts.recipe), null, 1)}\n`;
  await write(recipe, 'recipe.json', 'recipe');
  for (const { path, text } of await trainingRecipes(facts)) await write(text, path, 'training-recipe');
  const manifest = manifestOf(facts, stepKey(portable(facts.recipe)));
  await write(markdownReport(manifest, facts.timings), 'report.md', 'report');
  await write(htmlReport(manifest, facts.timings), 'report.html', 'report');
  await write(`${JSON.stringify({ timings: facts.timings }, null, 1)}\n`, 'timings.json', 'report');
  for (const file of files) {
    // Reports hold how long things took, so their bytes are not part of what makes two corpora equal.
    if (file.role !== 'report') manifest.files.push({ ...file, ...(await hashFile(join(out, file.path))) });
  }
  const recipeFile = manifest.files.find(({ role }) => role === 'recipe') as ManifestFile;
  manifest.recipe = { path: recipeFile.path, sha256: recipeFile.sha256 };
  const checked = CorpusManifest.parse(manifest);
  await writeAtomically(join(out, manifestFile), `${JSON.stringify(checked, null, 1)}\n`);
  return checked;
}

async function placeDocuments(
  { recipe, folders }: Published,
  place: (from: string, file: Omit<Draft, 'mediaType'>) => Promise<void>,
): Promise<void> {
  const removed = [
    ['filter', folders.filtered, 'dropped.jsonl.gz'],
    ['paragraphs', folders.repeated, 'removed.jsonl.gz'],
    ['dedup', folders.unique, 'removed.jsonl.gz'],
    ['decontaminate', folders.clean, 'contaminated.jsonl.gz'],
  ] as const;
  for (const [i, { id }] of recipe.sources.entries()) {
    const documents = {
      path: `documents/${id}.jsonl.gz`,
      role: 'documents' as const,
      source: id,
      stage: null,
    };
    await place(join(folders.clean.units[i], 'documents.jsonl.gz'), documents);
    for (const [stage, step, name] of removed)
      if (step)
        await place(join(step.units[i], name), {
          ...{ path: `removed/${id}.${stage}.jsonl.gz`, role: 'removed', source: id, stage },
        });
  }
}

/** The recipe without paths of this machine: local files by their names alone. */
function portable(recipe: CorpusRecipe): CorpusRecipe {
  const name = (path: string) => path.split('/').at(-1) as string;
  const orNull = (path: string | null) => (path === null ? null : name(path));
  return {
    ...recipe,
    sources: recipe.sources.map((source) => ({
      ...source,
      parts: source.parts.map((part) =>
        part.location.kind === 'file'
          ? { ...part, location: { kind: 'file' as const, path: name(part.location.path) } }
          : part,
      ),
    })),
    filter: {
      ...recipe.filter,
      lists: Object.fromEntries(
        Object.entries(recipe.filter.lists).map(([list, path]) => [list, name(path)]),
      ),
      quality: orNull(recipe.filter.quality),
    },
    decontaminate: { ...recipe.decontaminate, sets: recipe.decontaminate.sets.map(name) },
    split: { ...recipe.split, pinned: orNull(recipe.split.pinned) },
    tokenizer: 'file' in recipe.tokenizer ? { file: name(recipe.tokenizer.file) } : recipe.tokenizer,
    training: orNull(recipe.training),
  };
}

/** One per mixture: the same training on other data, so that a study compares nothing else. */
async function trainingRecipes({ recipe, pack }: Published): Promise<{ path: string; text: string }[]> {
  if (recipe.training === null) return [];
  const parsed = TrainingRecipe.safeParse(JSON.parse(await readFile(recipe.training, 'utf8')));
  if (!parsed.success)
    throw new CorpusRecipeError(
      `${recipe.training} is not a training recipe: ${parsed.error.issues[0].message}`,
    );
  return pack.mixtures.map(({ name }) => {
    const training: TrainingRecipe = {
      ...parsed.data,
      title: `${recipe.title.en}: ${name}`.slice(0, 120),
      data: { shards: '.' },
      tokenizer: { file: '../../tokenizer/tokenizer.json' },
      out: `../../trainings/${name}`,
    };
    return { path: `shards/${name}/training.json`, text: `${JSON.stringify(training, null, 1)}\n` };
  });
}

function manifestOf(facts: Published, recipeKey: string): CorpusManifest {
  const { recipe, sources, stages, split, tokenizer, pack } = facts;
  const { name, title, description } = recipe;
  const charactersPerToken: Record<string, number> = {};
  for (const language of new Set(pack.counts.map((row) => row.language))) {
    const rows = pack.counts.filter((row) => row.language === language && row.split === 'validation');
    const sum = (key: 'characters' | 'tokens' | 'documents') => rows.reduce((all, row) => all + row[key], 0);
    const tokens = sum('tokens') - sum('documents');
    if (tokens > 0) charactersPerToken[language] = Number((sum('characters') / tokens).toFixed(4));
  }
  return {
    ...{ format: 1, name, title, description, sources, stages, split },
    recipe: { path: 'recipe.json', sha256: recipeKey },
    counts: pack.counts,
    tokenizer: {
      ...{ path: 'tokenizer/tokenizer.json', sha256: tokenizer.sha256, vocabSize: tokenizer.vocabSize },
      charactersPerToken,
    },
    ...{ mixtures: pack.mixtures, shards: pack.shards, files: [] },
  };
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}

const mediaTypeOf = (path: string) =>
  MEDIA_TYPES[path.split('.').at(-1) as string] ?? 'application/octet-stream';
