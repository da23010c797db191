import type { Stats } from '@tsudoi/schema';
import { outputFiles } from './documents.ts';
import type { StageOutput } from './stage.ts';

/** The corpus of a run: its documents, what deduplication removed, and the largest clusters, whether one job or many ranks made it. */
export function corpusOutput(outDir: string, more: string[], stats: Stats): StageOutput {
  const files = ['documents.jsonl.gz', 'removed.jsonl.gz', 'clusters.json', ...more];
  return { kind: 'corpus', title: `${stats.kept} documents`, files: outputFiles(outDir, files), stats };
}
