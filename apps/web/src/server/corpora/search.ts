import { type CorpusDocument, type ScanResult, scanDocuments } from '@tsudoi/engine/corpus/pages';
import { lineage } from '@tsudoi/hub';
import { hub } from '../hub.ts';
import { readableArtifact } from './may-read.ts';
import { fileNamed, isReadable, type Reading, readLines } from './read-lines.ts';

export interface SearchAnswer extends ScanResult {
  /** False where reading stopped at a limit, so that more may stand behind it. */
  complete: boolean;
}

const HITS = 10;

/** Searches a corpus by reading it; null for one too large to be read for a question. */
export async function searchCorpus(
  artifactId: string,
  query: string,
  exact: boolean,
): Promise<SearchAnswer | null> {
  const manifest = await readableArtifact(artifactId, 'corpus');
  const file = fileNamed(manifest, 'documents.jsonl.gz');
  if (!isReadable(file)) return null;
  const { nodes } = await lineage(hub(), artifactId);
  const licences = new Map(
    nodes.flatMap((node) => (node.kind === 'source' ? [[node.id, node.licence]] : [])),
  );
  const reading: Reading = { complete: false };
  const found = await scanDocuments(readLines<CorpusDocument>(file, reading), query, {
    ...{ exact, limit: HITS },
    licenceOf: (sourceId) => licences.get(sourceId) ?? 'NOASSERTION',
  });
  return { ...found, complete: reading.complete };
}
