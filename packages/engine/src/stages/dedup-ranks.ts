import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeOf, Rejection, type Stats } from '@tsudoi/schema';
import { groupShards } from '../corpus/dedup/sharded/group.ts';
import { bandsFile, documentsFile, removedFile } from '../corpus/dedup/sharded/tables.ts';
import { planTask } from '../scale/plan.ts';
import { finishPlan, runRank } from '../scale/run-rank.ts';
import type { Share } from '../scale/tasks/share.ts';
import { type DocumentUnit, documentsIn, documentUnits, outputFiles } from './documents.ts';
import { fileOf, inputOf } from './inputs.ts';
import type { InputArtifact, Stage, StageContext } from './stage.ts';

// Deduplication as leased jobs: sign (ranks), group (one job, over tables and no text), apply (ranks); the stage `dedup`
// then lays the parts one behind the other. Sources are the shards, in the order of their ids; rank r has those at
// r, r + ranks, … The tasks are those of `npm run corpus -- dedup`, so the number of ranks changes no byte.

/** What DuckDB may hold in memory; more goes to the job's folder. */
const GROUP_GIGABYTES = 0.5;
const TABLES = /^units\/([^/]+)\/bands\.parquet$/;

/** The tables of band keys and names of the rank's sources. */
export const dedupSign: Stage<'dedup-sign'> = async (recipe, context) => {
  const { ngram, buckets, rows, seed, rank, ranks } = recipe;
  const units = documentUnits(context.inputs, 'filtered-documents');
  const done = await runUnits('dedup-sign', { ngram, buckets, rows, seed }, units, recipe, context);
  const files: string[] = [];
  const signed: Stats = {};
  for (const [i, { name }] of units.entries()) {
    const shard = rank + i * ranks;
    files.push(
      await place(bandsFile(done.units[i], shard), context.outDir, `units/${name}/bands.parquet`),
      await place(documentsFile(done.units[i], shard), context.outDir, `units/${name}/documents.parquet`),
    );
    signed[`unit.${name}.documents`] = await documentsOf(done.units[i]);
  }
  await rm(plansOf(context), { recursive: true });
  const { documents, bytes } = done.stats;
  context.progress(1, { code: 'documents', params: { done: Number(documents) } });
  const stats = { documents, bytes, ...signed };
  return [
    { kind: 'signatures', title: titleOf(recipe), files: outputFiles(context.outDir, files.sort()), stats },
  ];
};

/** The lists of what each source loses, from the tables of all ranks. Rejection: corpus.empty. */
export const dedupGroup: Stage<'dedup-group'> = async ({ buckets }, context) => {
  const units = tablesIn(context.inputs);
  const documents = units.map(({ documents }) => documents);
  const total = documents.reduce((sum, each) => sum + each, 0);
  if (total === 0) throw new Rejection('corpus.empty', { stage: 'dedup' });
  const folder = join(context.outDir, 'tables');
  const lists = join(context.outDir, 'lists');
  const scratch = join(context.outDir, 'scratch');
  for (const each of [folder, lists]) await mkdir(each);
  for (const [shard, { bands, names }] of units.entries()) {
    await symlink(bands, bandsFile(folder, shard));
    await symlink(names, documentsFile(folder, shard));
  }
  const result = await groupShards({
    ...{ tables: () => folder, out: lists, documents, buckets, scratch },
    ...{ memory: { gigabytes: GROUP_GIGABYTES }, threads: context.threads, signal: context.signal },
    progress(fraction) {
      context.progress(fraction, { code: 'documents', params: { done: Math.round(fraction * total) } });
    },
  });
  const files = [await place(join(lists, 'clusters.json'), context.outDir, 'clusters.json')];
  for (const [shard, { name }] of units.entries())
    files.push(await place(removedFile(lists, shard), context.outDir, `units/${name}/removed.parquet`));
  for (const each of [folder, lists, scratch]) await rm(each, { recursive: true, force: true });
  const { kept, removedInSource, removedAcross, clusters, sizes } = result;
  const largestCluster = Math.max(0, ...Object.keys(sizes).map(Number));
  context.progress(1, { code: 'kept', params: { kept, total } });
  const stats = { total, kept, removedInSource, removedAcross, clusters, largestCluster };
  return [
    {
      ...{ kind: 'duplicates', title: `${total - kept} / ${total}`, stats },
      files: outputFiles(context.outDir, files.sort()),
    },
  ];
};

/** The documents of the rank's sources without those on the lists, and which those were. */
export const dedupApply: Stage<'dedup-apply'> = async (recipe, context) => {
  const { rank, ranks } = recipe;
  const units = documentUnits(context.inputs, 'filtered-documents');
  const duplicates = inputOf(context, 'duplicates');
  const lists = join(context.outDir, 'lists');
  await mkdir(lists);
  for (const [i, { name }] of units.entries())
    await symlink(fileOf(duplicates, `units/${name}/removed.parquet`), removedFile(lists, rank + i * ranks));
  const settings = { removed: lists, grouping: duplicates.artifactId, removedAs: 'names' };
  const done = await runUnits('dedup-apply', settings, units, recipe, context);
  const files: string[] = [];
  for (const [i, { name }] of units.entries())
    for (const file of ['documents.jsonl.gz', 'removed.jsonl.gz'])
      files.push(await place(join(done.units[i], file), context.outDir, `units/${name}/${file}`));
  for (const each of [lists, plansOf(context)]) await rm(each, { recursive: true });
  const { removedExact, removedNear, kept } = done.stats;
  const total = Number(kept) + Number(removedExact) + Number(removedNear);
  context.progress(1, { code: 'kept', params: { kept: Number(kept), total } });
  return [
    {
      ...{ kind: 'filtered-documents', title: titleOf(recipe), stats: { ...done.stats, total } },
      files: outputFiles(context.outDir, files.sort()),
    },
  ];
};

type Rank = Pick<RecipeOf<'dedup-sign'>, 'rank' | 'ranks'>;
const titleOf = ({ rank, ranks }: Rank) => `${rank + 1}/${ranks}`;
const plansOf = ({ outDir }: StageContext) => join(outDir, 'plans');

/** Runs a task over the rank's share of the sources, as one rank of a plan in the job's folder. */
async function runUnits(
  task: string,
  settings: object,
  units: DocumentUnit[],
  { rank, ranks }: Rank,
  context: StageContext,
): Promise<{ stats: Stats; units: string[] }> {
  const folder = plansOf(context);
  const share: Share = { first: rank, step: ranks };
  const inputs = units.map(({ path }) => path);
  await planTask({ folder, task, settings: { ...settings, share }, inputs, ranks: 1 });
  const total = documentsIn(units);
  const progress = (finished: number, of: number) =>
    context.progress(finished / of, {
      code: 'documents',
      params: { done: Math.round((total * finished) / of) },
    });
  await runRank({ folder, rank: 0, signal: context.signal, progress });
  return finishPlan(folder);
}

async function documentsOf(unit: string): Promise<number> {
  return Number((JSON.parse(await readFile(join(unit, 'stats.json'), 'utf8')) as Stats).documents);
}

/** Moves a file to its place inside the artifact; answers that place. */
async function place(from: string, outDir: string, path: string): Promise<string> {
  await mkdir(join(outDir, path, '..'), { recursive: true });
  await rename(from, join(outDir, path));
  return path;
}

/** The tables of every source, in the order of the sources. */
function tablesIn(inputs: InputArtifact[]) {
  return inputs
    .flatMap((input) =>
      Object.keys(input.files).flatMap((path) => {
        const name = TABLES.exec(path)?.[1];
        if (name === undefined) return [];
        const documents = Number(input.stats[`unit.${name}.documents`]);
        return [
          {
            name,
            documents,
            bands: input.files[path],
            names: fileOf(input, `units/${name}/documents.parquet`),
          },
        ];
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
