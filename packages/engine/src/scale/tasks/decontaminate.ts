import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createDecontaminator, type TestItem } from '../../corpus/decontaminate/decontaminate.ts';
import { itemsIn } from '../../corpus/decontaminate/test-set.ts';
import type { CorpusDocument } from '../../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../../corpus/jsonl.ts';
import { type PinnedIds, parsePinned, SplitSettings, splitOf } from '../../corpus/mixing/split.ts';
import { createTally } from '../../corpus/tally.ts';
import type { Task } from '../task.ts';
import { PinnedFile, readPinned } from './pinned-file.ts';

const Settings = z.strictObject({
  /** Test sets: JSONL of {set, id, language, query, label}. */
  sets: z.array(PinnedFile),
  words: z.int().min(2).max(100),
  characters: z.int().min(4).max(300),
  /** Without it documents are given no side. */
  split: SplitSettings.nullable(),
  /** Ids with a fixed side. */
  pinned: PinnedFile.nullable(),
});

/**
 * Last decision on the documents of one file: those that hold part of a test set leave (contaminated.jsonl.gz), the
 * others get their side of the split in `meta.split` (documents.jsonl.gz). contamination.json: the report by set.
 */
export const decontaminate: Task<z.infer<typeof Settings>> = {
  name: 'decontaminate',
  version: 1,
  parse: (settings) => Settings.parse(settings),
  async run({ path }, folder, settings) {
    const items = (await Promise.all(settings.sets.map(readItems))).flat();
    const { words, characters } = settings;
    const decontaminator = createDecontaminator(items, { words, characters });
    const pinned = settings.pinned ? parsePinned((await readPinned(settings.pinned)).toString()) : undefined;
    const kept = writeJsonlGz(join(folder, 'documents.jsonl.gz'));
    const removed = writeJsonlGz(join(folder, 'contaminated.jsonl.gz'));
    const tally = createTally();
    let total = 0;
    await discardOnError([kept, removed], async () => {
      for await (const document of readJsonlGz<CorpusDocument>(path)) {
        total += 1;
        const hit = decontaminator.check(document);
        if (hit) await removed.write({ ...document, contamination: hit });
        else {
          tally.add(document);
          await kept.write(settings.split ? withSplit(document, settings.split, pinned) : document);
        }
      }
      await Promise.all([kept.close(), removed.close()]);
    });
    await writeFile(join(folder, 'contamination.json'), `${JSON.stringify(decontaminator.report())}\n`);
    return { total, kept: tally.documents, ...tally.stats() };
  },
};

const withSplit = ({ text, meta }: CorpusDocument, settings: SplitSettings, pinned?: PinnedIds) => ({
  text,
  meta: { ...meta, split: splitOf(meta.id, settings, pinned) },
});

/** @throws TestSetError */
async function readItems(file: PinnedFile): Promise<TestItem[]> {
  const items: TestItem[] = [];
  for await (const item of itemsIn([await readPinned(file)], file.path)) items.push(item);
  return items;
}
