import { readFile } from 'node:fs/promises';
import { IngestRecipe } from '@tsudoi/schema';
import { z } from 'zod';
import { ingest as ingestStage } from '../../stages/ingest.ts';
import type { Task } from '../task.ts';

/** The input of a unit: one source. Paths of uploads are on the machine that runs it. */
export const IngestUnit = IngestRecipe.omit({ kind: true }).extend({
  sourceId: z.string().min(1),
  uploads: z.record(z.string(), z.string()),
});
export type IngestUnit = z.infer<typeof IngestUnit>;

/** Fetches and reads one source, described by a JSON file: documents.jsonl.gz. What a unit fetched stays as it is. */
export const ingest: Task<Record<string, never>> = {
  name: 'ingest',
  version: 2,
  parse: (settings) => z.strictObject({}).parse(settings),
  async run({ path }, folder) {
    const { uploads, ...recipe } = IngestUnit.parse(JSON.parse(await readFile(path, 'utf8')));
    const [output] = await ingestStage(
      { kind: 'ingest', ...recipe },
      {
        ...{ inputs: [], uploads, outDir: folder, threads: 1, signal: new AbortController().signal },
        ...{ progress: () => undefined, metrics: () => undefined },
        ...{ resumeFrom: null, saveCheckpoint: () => Promise.resolve() },
      },
    );
    return output.stats;
  },
};
