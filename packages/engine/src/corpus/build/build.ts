import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Stats } from '@tsudoi/schema';
import { pinFile } from '../../scale/tasks/pinned-file.ts';
import { stepKey, wholeStep } from '../../scale/whole-step.ts';
import { itemsIn } from '../decontaminate/test-set.ts';
import { parsePinned } from '../mixing/split.ts';
import type { CorpusManifest, ManifestPart, ManifestSource } from './manifest.ts';
import { packShards } from './pack.ts';
import { type Published, publish } from './publish.ts';
import { type CorpusRecipe, CorpusRecipeError } from './recipe.ts';
import { decontaminateStage, dedupStage, filterStage, ingestStage, paragraphStage } from './stages.ts';
import {
  type BuildContext,
  decontaminateStep,
  dedupStep,
  filterStep,
  ingestStep,
  paragraphStep,
  type StepResult,
  tokenizeStep,
  unitStats,
} from './steps.ts';
import { tokenizerStep } from './tokenizer.ts';

export interface BuildOptions {
  recipe: CorpusRecipe;
  out: string;
  threads: number;
  memory: { gigabytes: number };
  progress(line: string): void;
}

/** Seconds of each step of this run; a step that was found done took next to none. */
export interface Timing {
  step: string;
  seconds: number;
  cpuSeconds: number;
}

export interface BuildResult {
  manifest: CorpusManifest;
  timings: Timing[];
}

/**
 * From a recipe to a corpus folder: fetch and read, filter, repeated paragraphs, deduplication, decontamination and split,
 * tokenizer, tokens, mixtures and shards, report. Every step lies in `out`/work under a name that holds the hash of what
 * decides it: a build that was stopped goes on, a changed recipe does again only what the change touches. corpus.json is
 * written last. @throws CorpusRecipeError, MixtureError, PlanError, TokenizerError, Rejection with one line
 */
export async function buildCorpus(options: BuildOptions): Promise<BuildResult> {
  const work = join(resolve(options.out), 'work');
  await mkdir(work, { recursive: true });
  const unlock = await lock(join(work, 'lock'));
  try {
    return await build({ ...options, work, say: options.progress }, resolve(options.out));
  } catch (error) {
    // From a worker thread only the message comes.
    if (error instanceof Error && /ENOSPC|No space left on device/.test(error.message))
      throw new CorpusRecipeError(
        `the disk of ${options.out} is full: free some space and run the same command again, which goes on where this one stopped`,
      );
    throw error;
  } finally {
    await unlock();
  }
}

/** A test set that cannot be used is named before anything is fetched. @throws TestSetError */
async function requireTestSets(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const file = await open(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new CorpusRecipeError(`decontaminate.sets: there is no test set ${path}`);
    });
    for await (const _ of itemsIn(file.createReadStream(), path));
  }
}

async function build(context: BuildContext, out: string): Promise<BuildResult> {
  const { recipe } = context;
  const { timed, timings } = stopwatch(context);
  await requireTestSets(recipe.decontaminate.sets);
  const { pinned, ...split } = recipe.split;
  const frozen = pinned === null ? 0 : await countPinned(pinned);
  const ingested = await timed('ingest', () => ingestStep(context));
  const filtered = await timed('filter', () => filterStep(context, ingested));
  const repeated = await timed('paragraphs', () => paragraphStep(context, filtered));
  const unique = await timed('dedup', () => dedupStep(context, repeated ?? filtered));
  const clean = await timed('decontaminate', () => decontaminateStep(context, unique));
  const tokenizer = await timed('tokenizer', () => tokenizerStep(context, clean));
  const tokenizerJson = await pinFile(join(tokenizer.folder, 'tokenizer.json'));
  const tokens = await timed('tokenize', () => tokenizeStep(context, clean, tokenizerJson));
  const { mixtures } = recipe;
  const key = stepKey({ units: tokens.units, mixtures });
  const packed = join(context.work, `pack-${key.slice(0, 12)}`);
  const pack = await timed('pack', () =>
    wholeStep(packed, key, (folder) =>
      packShards({
        ...{ units: tokens.units, mixtures, vocabSize: tokenizer.vocabSize, folder },
        progress: (line) => context.say(`pack: ${line}`),
      }),
    ),
  );
  const stages = [await ingestStage(ingested, recipe)];
  stages.push(await filterStage(filtered, stages.at(-1)!, recipe));
  if (repeated) stages.push(await paragraphStage(repeated, stages.at(-1)!, recipe));
  stages.push(await dedupStage(unique, stages.at(-1)!, recipe));
  stages.push(await decontaminateStage(clean, stages.at(-1)!, recipe));
  const facts: Published = {
    recipe,
    sources: await describeSources(recipe, ingested),
    stages,
    split: { ...split, pinned: frozen },
    tokenizer: { ...tokenizer, sha256: tokenizerJson.sha256 },
    pack,
    folders: { filtered, repeated, unique, clean, packed },
    timings,
  };
  const manifest = await timed('publish', () => publish(facts, out));
  return { manifest, timings };
}

function stopwatch({ say }: BuildContext) {
  const timings: Timing[] = [];
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    say(`${step} …`);
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const result = await work();
    const used = process.cpuUsage(cpu);
    const round = (value: number) => Number(value.toFixed(2));
    timings.push({
      step,
      seconds: round((performance.now() - began) / 1000),
      cpuSeconds: round((used.user + used.system) / 1e6),
    });
    return result;
  };
  return { timed, timings };
}

/** @throws PlanError for what is no list of ids */
async function countPinned(path: string): Promise<number> {
  return parsePinned(await readFile(path, 'utf8')).size;
}

/** The sources as they were fetched: each part with the version and hash it was found at. */
async function describeSources(recipe: CorpusRecipe, ingested: StepResult): Promise<ManifestSource[]> {
  return Promise.all(
    recipe.sources.map(async ({ id, title, licence, attribution, homepage, parts }, i) => {
      const stats = await unitStats(ingested.units[i]);
      return {
        ...{ id, title, licence, attribution, homepage },
        parts: parts.map((part, at) => describePart(part, stats, `part${at + 1}`)),
      };
    }),
  );
}

function describePart(
  { location, include, format, language }: CorpusRecipe['sources'][number]['parts'][number],
  stats: Stats,
  prefix: string,
): ManifestPart {
  const sha256 = String(stats[`${prefix}.sha256`]);
  const bytes = Number(stats[`${prefix}.fetchedBytes`]);
  const fileName = location.kind === 'file' ? (location.path.split('/').at(-1) as string) : '';
  return {
    location: location.kind === 'file' ? { kind: 'upload', sha256, size: bytes, fileName } : location,
    ...{ include, format, language, sha256, bytes },
    version: String(stats[`${prefix}.version`]),
    documents: Number(stats[`${prefix}.documents`]),
  };
}

/** One build at a time in a folder. A lock whose process is gone is taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (holder > 0 && holder !== process.pid && isRunning(holder))
    throw new CorpusRecipeError(
      `process ${holder} is building in this folder; wait for it or choose another --out`,
    );
  await rm(path, { force: true });
  const file = await open(path, 'wx');
  await file.writeFile(`${process.pid}\n`);
  await file.close();
  return () => rm(path, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
