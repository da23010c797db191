import { join } from 'node:path';
import type { ArtifactKind } from '@tsudoi/schema';
import { fileOf } from './inputs.ts';
import type { InputArtifact, OutputFile } from './stage.ts';

/**
 * The document files among the inputs, ordered by artifact id so that the order in which inputs are named changes no
 * byte of the output, and how many documents they say they hold.
 */
export function inputDocuments(
  inputs: InputArtifact[],
  kind: ArtifactKind,
): { paths: string[]; documents: number } {
  const chosen = inputs
    .filter((input) => input.kind === kind)
    .sort((a, b) => (a.artifactId < b.artifactId ? -1 : a.artifactId > b.artifactId ? 1 : 0));
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
