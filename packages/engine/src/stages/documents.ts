import { join } from 'node:path';
import type { ArtifactKind } from '@tsudoi/schema';
import { fileOf } from './inputs.ts';
import type { InputArtifact, OutputFile } from './stage.ts';

/** One file of documents among the inputs, which holds a source or what a job made of several. */
export interface DocumentUnit {
  readonly name: string;
  readonly path: string;
  /** As far as its artifact says. */
  readonly documents: number;
  /** Local path of another file of the same source. */
  file(name: string): string;
}

export const documentsIn = (units: readonly DocumentUnit[]): number =>
  units.reduce((sum, { documents }) => sum + documents, 0);

const UNIT = /^units\/([^/]+)\/documents\.jsonl\.gz$/;

/**
 * The document files among the inputs, by the name of their source. Neither the order in which inputs are named, nor
 * their ids, which change with the code's commit, nor how sources were shared out over the ranks of `refine` changes the order.
 */
export function documentUnits(inputs: InputArtifact[], kind: ArtifactKind): DocumentUnit[] {
  const units = inputs.filter((input) => input.kind === kind).flatMap(unitsOf);
  if (units.length === 0) throw new Error(`no input of kind ${kind}`);
  return units
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key: _, ...unit }) => unit);
}

function unitsOf(input: InputArtifact): (DocumentUnit & { key: string })[] {
  const { artifactId, sourceIds, stats, files } = input;
  const names = Object.keys(files).flatMap((path) => UNIT.exec(path)?.[1] ?? []);
  if (names.length === 0) {
    const name = sourceIds.join();
    const path = fileOf(input, 'documents.jsonl.gz');
    const key = `${name} ${artifactId}`;
    return [{ name, path, documents: Number(stats.documents ?? 0), key, file: (one) => fileOf(input, one) }];
  }
  return names.map((name) => {
    const documents = Object.entries(stats)
      .filter(([key]) => key.startsWith(`source.${name}.`) && key.endsWith('.documents'))
      .reduce((sum, [, count]) => sum + Number(count), 0);
    const path = fileOf(input, `units/${name}/documents.jsonl.gz`);
    const file = (one: string) => fileOf(input, `units/${name}/${one}`);
    return { name, path, documents, key: `${name} ${artifactId}`, file };
  });
}

/** The document files among the inputs in the order of `documentUnits`, and how many documents they say they hold. */
export function inputDocuments(
  inputs: InputArtifact[],
  kind: ArtifactKind,
): { paths: string[]; documents: number } {
  const units = documentUnits(inputs, kind);
  return {
    paths: units.map(({ path }) => path),
    documents: documentsIn(units),
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
