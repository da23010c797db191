import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepetitionSettings, Stats } from '@tsudoi/schema';
import type { CorpusDocument } from '../corpus/document.ts';
import { readJsonlGz } from '../corpus/jsonl.ts';
import { createParagraphCounter } from '../corpus/paragraphs/frequencies.ts';
import { writeFrequencies } from '../corpus/paragraphs/frequency-table.ts';
import { planTask } from '../scale/plan.ts';
import { finishPlan, runRank } from '../scale/run-rank.ts';
import { pinFile } from '../scale/tasks/pinned-file.ts';
import type { DocumentUnit } from './documents.ts';
import type { StageContext } from './stage.ts';

export interface WithoutRepeated {
  /** The units with their documents as they are now. */
  units: DocumentUnit[];
  /** Documents that were dropped, below the job's folder. */
  files: string[];
  stats: Stats;
}

/**
 * Uzushio's rules on paragraph frequencies, as the cascade of corpus v2 has them: a frequency is one of the whole
 * corpus, so this is not a filter of one source but the first thing that is done to all of them together.
 */
export async function withoutRepeated(
  units: DocumentUnit[],
  settings: RepetitionSettings,
  { outDir, signal }: StageContext,
): Promise<WithoutRepeated> {
  const counter = createParagraphCounter();
  for (const { path } of units) {
    for await (const { text } of readJsonlGz<CorpusDocument>(path)) {
      signal.throwIfAborted();
      counter.add(text);
    }
  }
  const folder = join(outDir, 'paragraphs');
  const table = join(outDir, 'frequencies.bin');
  await writeFile(table, writeFrequencies(counter.paragraphs(), counter.frequencies()));
  const inputs = units.map(({ path }) => path);
  const task = { ...settings, frequencies: await pinFile(table) };
  await planTask({ folder, task: 'paragraphs', settings: task, inputs, ranks: 1 });
  await runRank({ folder, rank: 0, signal });
  const done = await finishPlan(folder);
  const files: string[] = [];
  for (const [i, { name }] of units.entries()) {
    const file = `repeated-${name}.jsonl.gz`;
    await rename(join(done.units[i], 'removed.jsonl.gz'), join(outDir, file));
    files.push(file);
  }
  await rm(table);
  const { total, kept, changed, removedParagraphs } = done.stats;
  return {
    units: units.map((unit, i) => ({ ...unit, path: join(done.units[i], 'documents.jsonl.gz') })),
    files,
    stats: {
      repeatedDocuments: Number(total) - Number(kept),
      repeatedCut: Number(changed),
      repeatedParagraphs: Number(removedParagraphs),
    },
  };
}
