import { join } from 'node:path';
import { z } from 'zod';
import { removedDocument } from '../../corpus/dedup/removed-document.ts';
import { applyShard } from '../../corpus/dedup/sharded/apply.ts';
import type { CorpusDocument } from '../../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../../corpus/jsonl.ts';
import { createTally } from '../../corpus/tally.ts';
import type { Task } from '../task.ts';
import { Share, shardOf } from './share.ts';

const Settings = z.strictObject({
  /** Where the grouping left the lists of removed documents, and the hash of what it was made from. */
  removed: z.string(),
  grouping: z.string(),
  /** `names`: removed.jsonl.gz says which documents were removed, and leaves their text where it was. */
  removedAs: z.enum(['documents', 'names']).optional(),
  share: Share.optional(),
});

/** Last step of deduplication: documents.jsonl.gz and removed.jsonl.gz of one file. */
export const dedupApply: Task<z.infer<typeof Settings>> = {
  name: 'dedup-apply',
  version: 2,
  parse: (settings) => Settings.parse(settings),
  async run({ index, path }, folder, settings) {
    const kept = writeJsonlGz(join(folder, 'documents.jsonl.gz'));
    const removed = writeJsonlGz(join(folder, 'removed.jsonl.gz'));
    const tally = createTally();
    const counts = { removedExact: 0, removedNear: 0, removedInSource: 0, removedAcross: 0, removedBytes: 0 };
    await discardOnError([kept, removed], async () => {
      const shard = shardOf(index, settings);
      const documents = readJsonlGz<CorpusDocument>(path);
      for await (const one of applyShard(documents, { folder: settings.removed, shard })) {
        if ('kept' in one) {
          tally.add(one.kept);
          await kept.write(one.kept);
          continue;
        }
        const { document, ...reason } = one.removed;
        counts[reason.reason === 'exact' ? 'removedExact' : 'removedNear'] += 1;
        counts[reason.scope === 'source' ? 'removedInSource' : 'removedAcross'] += 1;
        counts.removedBytes += Buffer.byteLength(document.text);
        await removed.write(
          settings.removedAs === 'names'
            ? removedDocument(document.meta, reason)
            : { ...document, dedup: reason },
        );
      }
      await Promise.all([kept.close(), removed.close()]);
    });
    return { kept: tally.documents, ...counts, ...tally.stats() };
  },
};
