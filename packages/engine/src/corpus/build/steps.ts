import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Stats } from '@tsudoi/schema';
import { dedupShards } from '../../scale/dedup.ts';
import { hashFile } from '../../scale/hash-file.ts';
import { planTask } from '../../scale/plan.ts';
import type { FilterTaskSettings } from '../../scale/tasks/filter.ts';
import type { IngestUnit } from '../../scale/tasks/ingest.ts';
import { type PinnedFile, pinFile } from '../../scale/tasks/pinned-file.ts';
import { runOnThreads } from '../../scale/threads.ts';
import { stepKey, wholeStep } from '../../scale/whole-step.ts';
import type { GroupResult } from '../dedup/sharded/group.ts';
import type { CorpusDocument } from '../document.ts';
import { readJsonlGz } from '../jsonl.ts';
import { createParagraphCounter } from '../paragraphs/frequencies.ts';
import { writeFrequencies } from '../paragraphs/frequency-table.ts';
import { wordsOfFile } from '../word-file.ts';
import { type CorpusRecipe, rulesOf } from './recipe.ts';

export interface BuildContext {
  readonly recipe: CorpusRecipe;
  /** Folder of everything a build can go on from; each step's folder carries the hash of what decides its output. */
  readonly work: string;
  readonly threads: number;
  readonly memory: { readonly gigabytes: number };
  say(line: string): void;
}

/** The folders of the units of a step, one a source in the order of the recipe, and the sums of their counts. */
export interface StepResult {
  readonly units: string[];
  readonly stats: Stats;
}

export const documentsOf = ({ units }: StepResult) => units.map((unit) => join(unit, 'documents.jsonl.gz'));

/** Inputs count by their place below work/, whose names say what they hold. */
function stepFolder(
  { work }: BuildContext,
  name: string,
  settings: unknown,
  inputs: readonly string[],
): string {
  const key = stepKey({ settings, inputs: inputs.map((path) => relative(work, path)) });
  return join(work, `${name}-${key.slice(0, 12)}`);
}

/** A step over ranks: planned, run on threads here, and found done when it was done before. */
export async function shardStep(
  context: BuildContext,
  name: string,
  settings: unknown,
  inputs: readonly string[],
): Promise<StepResult> {
  const folder = stepFolder(context, name, settings, inputs);
  await planTask({ folder, task: name, settings, inputs, ranks: inputs.length });
  return execute(context, folder, name);
}

function execute(context: BuildContext, folder: string, name: string): Promise<StepResult> {
  return runOnThreads({
    ...{ folder, threads: context.threads },
    progress: (done, total) => context.say(`${name}: ${done} of ${total} sources`),
  });
}

/** One file a source that says what to fetch; its name holds a hash, so another recipe is another input. */
export async function ingestStep(context: BuildContext): Promise<StepResult> {
  const folder = join(context.work, 'sources');
  await mkdir(folder, { recursive: true });
  const inputs: string[] = [];
  for (const { id, parts } of context.recipe.sources) {
    const uploads: Record<string, string> = {};
    const located: IngestUnit['parts'] = [];
    for (const { location, ...part } of parts) {
      if (location.kind !== 'file') {
        located.push({ location, ...part });
        continue;
      }
      const { bytes, sha256 } = await hashFile(location.path);
      uploads[sha256] = location.path;
      const fileName = basename(location.path);
      located.push({ location: { kind: 'upload', sha256, size: bytes, fileName }, ...part });
    }
    const unit: IngestUnit = { sourceId: id, parts: located, limits: context.recipe.limits, uploads };
    const path = join(folder, `${id}-${stepKey(unit).slice(0, 12)}.json`);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!exists) await writeFile(path, `${JSON.stringify(unit, null, 1)}\n`);
    inputs.push(path);
  }
  return ingestAll(context, inputs);
}

/** Each source is a plan of its own, so that a source that was fetched stays when others are added or changed. */
async function ingestAll(context: BuildContext, inputs: readonly string[]): Promise<StepResult> {
  const units: string[] = [];
  let [next, done] = [0, 0];
  const quiet = { ...context, say: () => undefined };
  const takeOne = async (): Promise<void> => {
    while (next < inputs.length) {
      const number = next++;
      const { units: made } = await shardStep(quiet, 'ingest', {}, [inputs[number]]);
      units[number] = made[0];
      context.say(`ingest: ${context.recipe.sources[number].id}, ${++done} of ${inputs.length} sources`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, context.threads) }, takeOne));
  return { units, stats: {} };
}

export async function filterStep(context: BuildContext, before: StepResult): Promise<StepResult> {
  const { filter, sources } = context.recipe;
  const lists: Record<string, string[]> = {};
  for (const [name, path] of Object.entries(filter.lists)) {
    lists[name] = wordsOfFile(await readFile(path, 'utf8'));
  }
  const own = sources.flatMap(({ id, filter: spec }) => (spec ? [[id, rulesOf(spec)] as const] : []));
  const settings: FilterTaskSettings = {
    rules: [],
    byLanguage: { ja: rulesOf(filter.ja), en: rulesOf(filter.en), code: rulesOf(filter.code) },
    bySource: Object.fromEntries(own),
    ...(Object.keys(lists).length > 0 ? { lists } : {}),
    ...(filter.quality === null ? {} : { quality: await pinFile(filter.quality) }),
  };
  return shardStep(context, 'filter', settings, documentsOf(before));
}

/** Counts paragraphs over everything, then applies Uzushio's two filters source by source. */
export async function paragraphStep(
  context: BuildContext,
  before: StepResult,
): Promise<(StepResult & { distinct: number }) | null> {
  const settings = context.recipe.paragraphs;
  if (settings === null) return null;
  const inputs = documentsOf(before);
  const key = stepKey(inputs);
  const folder = join(context.work, `frequencies-${key.slice(0, 12)}`);
  const { distinct } = await wholeStep(folder, key, async (making) => {
    const counter = createParagraphCounter();
    for (const [i, path] of inputs.entries()) {
      for await (const { text } of readJsonlGz<CorpusDocument>(path)) counter.add(text);
      context.say(`paragraphs: counted ${i + 1} of ${inputs.length} sources`);
    }
    const frequencies = counter.frequencies();
    await writeFile(join(making, 'frequencies.bin'), writeFrequencies(counter.paragraphs(), frequencies));
    return { distinct: frequencies.distinct };
  });
  const frequencies = await pinFile(join(folder, 'frequencies.bin'));
  return { ...(await shardStep(context, 'paragraphs', { ...settings, frequencies }, inputs)), distinct };
}

export async function dedupStep(
  context: BuildContext,
  before: StepResult,
): Promise<StepResult & { grouping: GroupResult }> {
  const inputs = documentsOf(before);
  const settings = context.recipe.dedup;
  return dedupShards(
    {
      folder: stepFolder(context, 'dedup', settings, inputs),
      ...{ inputs, settings, ranks: inputs.length, threads: context.threads, memory: context.memory },
    },
    (folder) => execute(context, folder, `dedup (${basename(folder)})`),
  );
}

export async function decontaminateStep(context: BuildContext, before: StepResult): Promise<StepResult> {
  const { decontaminate, split } = context.recipe;
  const { pinned, ...sides } = split;
  const settings = {
    sets: await Promise.all(decontaminate.sets.map(pinFile)),
    ...{ words: decontaminate.words, characters: decontaminate.characters, split: sides },
    pinned: pinned === null ? null : await pinFile(pinned),
  };
  return shardStep(context, 'decontaminate', settings, documentsOf(before));
}

export function tokenizeStep(
  context: BuildContext,
  before: StepResult,
  tokenizer: PinnedFile,
): Promise<StepResult> {
  const licences = Object.fromEntries(context.recipe.sources.map(({ id, licence }) => [id, licence]));
  return shardStep(context, 'tokenize', { tokenizer, licences }, documentsOf(before));
}

export async function unitStats(unit: string): Promise<Stats> {
  return JSON.parse(await readFile(join(unit, 'stats.json'), 'utf8')) as Stats;
}
