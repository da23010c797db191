import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecipeOf, Stats, UploadedFile } from '@tsudoi/schema';
import { checkSettingsFiles, readWordList } from '../corpus/settings-files.ts';
import { planTask } from '../scale/plan.ts';
import { finishPlan, runRank } from '../scale/run-rank.ts';
import type { FilterTaskSettings } from '../scale/tasks/filter.ts';
import { type DocumentUnit, documentsIn, documentUnits, outputFiles } from './documents.ts';
import type { Stage, StageContext } from './stage.ts';

/** Files of a unit of each task that go into the result; `documents.jsonl.gz` of the last one does. */
const KEPT_FILES = {
  filter: ['dropped.jsonl.gz', 'trace.json'],
  decontaminate: ['contaminated.jsonl.gz', 'contamination.json'],
} as const;
type Step = { task: keyof typeof KEPT_FILES; settings: unknown };

/**
 * One rank of a run's own filters, with the tasks that `npm run corpus -- rank` runs. Every source among the inputs is a
 * unit, and its files lie below units/ under its id: which rank did it, and of how many, changes no byte of them.
 * Rejections: recipe.unknown-filter, recipe.invalid, recipe.word-list-unreadable, recipe.quality-empty, recipe.test-set-invalid.
 */
export const refine: Stage<'refine'> = async (recipe, context) => {
  await checkSettingsFiles(recipe, ({ sha256 }) => createReadStream(pathOf(context.uploads, sha256)));
  const units = documentUnits(context.inputs, 'filtered-documents');
  const folderOf = ({ name }: DocumentUnit) => join(context.outDir, 'units', name);
  for (const unit of units) await mkdir(folderOf(unit), { recursive: true });
  const files = new Set<string>();
  let paths = units.map(({ path }) => path);
  let stats: Stats = {};
  const steps = await stepsOf(recipe, context);
  for (const [at, { task, settings }] of steps.entries()) {
    const folder = join(context.outDir, 'plans', task);
    await planTask({ folder, task, settings, inputs: paths, ranks: 1 });
    const progress = (finished: number, of: number) =>
      context.progress((at + finished / of) / steps.length, {
        code: 'documents',
        params: { done: Math.round((documentsIn(units) * finished) / of) },
      });
    await runRank({ folder, rank: 0, signal: context.signal, progress });
    const done = await finishPlan(folder);
    stats = { ...done.stats, ...countsOf(task, done.stats), ...kept(stats) };
    paths = done.units.map((folder) => join(folder, 'documents.jsonl.gz'));
    for (const [i, unit] of units.entries()) {
      for (const name of KEPT_FILES[task]) {
        await rename(join(done.units[i], name), join(folderOf(unit), name));
        files.add(`units/${unit.name}/${name}`);
      }
    }
  }
  for (const [i, unit] of units.entries()) {
    await rename(paths[i], join(folderOf(unit), 'documents.jsonl.gz'));
    files.add(`units/${unit.name}/documents.jsonl.gz`);
  }
  await rm(join(context.outDir, 'plans'), { recursive: true });
  const [documents, total] = [Number(stats.documents ?? 0), documentsIn(units)];
  context.progress(1, { code: 'kept', params: { kept: documents, total } });
  return [
    {
      kind: 'filtered-documents',
      title: `${recipe.rank + 1}/${recipe.ranks}`,
      files: outputFiles(context.outDir, [...files].sort()),
      stats: { ...stats, total, kept: documents },
    },
  ];
};

/** What a step removed keeps its name when the next step reports its own sums. */
function countsOf(task: Step['task'], { total, kept: left }: Stats): Stats {
  return { [`removed.${task}`]: Number(total ?? 0) - Number(left ?? 0) };
}

const kept = (stats: Stats) =>
  Object.fromEntries(Object.entries(stats).filter(([key]) => /^(dropped|removed)\./.test(key)));

async function stepsOf(
  { filter, decontaminate }: RecipeOf<'refine'>,
  { uploads }: StageContext,
): Promise<Step[]> {
  const pinned = ({ sha256 }: UploadedFile) => ({ path: pathOf(uploads, sha256), sha256 });
  const steps: Step[] = [];
  if (filter) {
    const lists: Record<string, string[]> = {};
    for (const [name, file] of Object.entries(filter.lists ?? {}))
      lists[name] = await readWordList(name, file, createReadStream(pathOf(uploads, file.sha256)));
    const settings: FilterTaskSettings = {
      rules: filter.rules,
      ...(filter.lists ? { lists } : {}),
      ...(filter.quality ? { quality: pinned(filter.quality) } : {}),
    };
    steps.push({ task: 'filter', settings });
  }
  if (decontaminate) {
    const { sets, words, characters } = decontaminate;
    const settings = { sets: sets.map(pinned), words, characters, split: null, pinned: null };
    steps.push({ task: 'decontaminate', settings });
  }
  return steps;
}

function pathOf(uploads: StageContext['uploads'], sha256: string): string {
  const path = uploads[sha256];
  if (path === undefined) throw new Error(`the job has no upload ${sha256}`);
  return path;
}
