import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openCorpus } from '../documentation/document-corpus.ts';
import { buildIndex, hashFile, type IndexInput, type IndexSummary } from './build-index.ts';

export interface SearchableCorpus {
  inputs: IndexInput[];
  licenceOf: (sourceId: string) => string;
}

/** The documents of a build's folder with the licences of its sources, or one JSONL.gz file of {text, meta} alone. */
export async function searchableCorpus(path: string): Promise<SearchableCorpus> {
  if ((await stat(path)).isFile())
    return { inputs: [{ path, sha256: await hashFile(path) }], licenceOf: () => 'NOASSERTION' };
  const { manifest } = await openCorpus(path);
  const licences = new Map(manifest.sources.map(({ id, licence }) => [id, licence]));
  return {
    inputs: manifest.files
      .filter(({ role }) => role === 'documents')
      .map((file) => ({ path: join(path, file.path), sha256: file.sha256 })),
    licenceOf: (sourceId) => licences.get(sourceId) ?? 'NOASSERTION',
  };
}

/** Where the index of a corpus lies unless it is told. */
export const defaultIndexFolder = (path: string) => `${path.replace(/\/+$/, '')}.search`;

export async function indexCorpus(
  path: string,
  folder: string,
  options: { segmentUnits?: number; progress?: (line: string) => void } = {},
): Promise<IndexSummary> {
  const { inputs, licenceOf } = await searchableCorpus(path);
  return buildIndex(folder, inputs, { licenceOf, ...options });
}
