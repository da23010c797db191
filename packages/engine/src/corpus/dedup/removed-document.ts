import type { DocumentMeta } from '../document.ts';

/** What became of a duplicate: which document stands for it, and why. */
export interface Removal {
  readonly keptId: string;
  readonly keptPath: string;
  readonly reason: 'exact' | 'near';
  /** Found inside its own source, or across sources. */
  readonly scope: 'source' | 'across';
  readonly jaccardEstimate: number;
}

/** One line of removed.jsonl.gz of a corpus of the hub: the text stands in the artifact that the corpus was made from. */
export interface RemovedDocument extends Removal {
  readonly id: string;
  readonly path: string;
  readonly sourceId: string;
}

export function removedDocument(
  { id, path, sourceId }: Pick<DocumentMeta, 'id' | 'path' | 'sourceId'>,
  { keptId, keptPath, reason, scope, jaccardEstimate }: Removal,
): RemovedDocument {
  return { id, path, sourceId, keptId, keptPath, reason, scope, jaccardEstimate };
}
