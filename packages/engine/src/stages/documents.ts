import { join } from 'node:path';
import type { ArtifactKind } from '@tsudoi/schema';
import { fileOf } from './inputs.ts';
import type { InputArtifact, OutputFile } from './stage.ts';

/**
 * The document files among the inputs and how many documents they say they hold. They are ordered by source, so that
 * neither the order in which inputs are named nor their ids, which change with the code's commit, change a byte of the output.
 */
export function inputDocuments(
  inputs: InputArtifact[],
  kind: ArtifactKind,
): { paths: string[]; documents: number } {
  const chosen = inputs
    .filter((input) => input.kind === kind)
    .map((input) => ({ input, key: `${input.sourceIds.join()} ${input.artifactId}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ input }) => input);
  if (chosen.length === 0) throw new Error(`no input of kind ${kind}`);
  return {
    paths: chosen.map((input) => fileOf(input, 'documents.jsonl.gz')),
    documents: chosen.reduce((sum, input) => sum + Number(input.stats.documents ?? 0), 0),
  };
}

const MEDIA_TYPES: Record<string, string> = {
  '.jsonl.gz': 'application/jsonl+gzip',
  '.json': 'application/json',
  '.bin': 'application/octet-stream',
  '.idx': 'application/octet-stream',
};

/** Files that a stage wrote into `outDir`, with the media type of their extension. */
export function outputFiles(outDir: string, paths: string[]): OutputFile[] {
  return paths.map((path) => {
    const extension = Object.keys(MEDIA_TYPES).find((each) => path.endsWith(each));
    const mediaType = extension ? MEDIA_TYPES[extension] : 'application/octet-stream';
    return { path, localPath: join(outDir, path), mediaType };
  });
}
