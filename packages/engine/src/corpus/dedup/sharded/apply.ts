import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { CorpusDocument } from '../../document.ts';
import type { Removal } from '../removed-document.ts';
import { removedFile } from './tables.ts';

/** A removed document with the one that was kept instead of it. */
export interface Removed extends Removal {
  readonly document: CorpusDocument;
}

/**
 * Third step: streams the documents of one shard again, in the order in which they were signed, and says of each
 * whether it stays. Nothing is lost: what is removed is given too, with the reason.
 */
export async function* applyShard(
  documents: AsyncIterable<CorpusDocument> | Iterable<CorpusDocument>,
  { folder, shard }: { folder: string; shard: number },
): AsyncGenerator<{ kept: CorpusDocument } | { removed: Removed }> {
  const file = await asyncBufferFromFile(removedFile(folder, shard));
  const rows = await parquetReadObjects({ file });
  const byDoc = new Map(rows.map((row) => [Number(row.doc), row]));
  let doc = 0;
  for await (const document of documents) {
    const row = byDoc.get(doc);
    doc += 1;
    if (!row) yield { kept: document };
    else {
      const { kept_id: keptId, kept_path: keptPath, reason, scope, jaccard } = row;
      yield { removed: { document, keptId, keptPath, reason, scope, jaccardEstimate: Number(jaccard) } };
    }
  }
}
