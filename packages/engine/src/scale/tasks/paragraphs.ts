import { join } from 'node:path';
import { RepetitionSettings } from '@tsudoi/schema';
import type { z } from 'zod';
import type { CorpusDocument } from '../../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../../corpus/jsonl.ts';
import { readFrequencies } from '../../corpus/paragraphs/frequency-table.ts';
import { removeRepeated } from '../../corpus/paragraphs/repeated.ts';
import { createTally } from '../../corpus/tally.ts';
import type { Task } from '../task.ts';
import { PinnedFile, readPinned } from './pinned-file.ts';

const Settings = RepetitionSettings.extend({
  /** How often the paragraphs of the whole corpus were seen, as `writeFrequencies` left them. */
  frequencies: PinnedFile,
});

/** Uzushio's filters on paragraph frequencies over one file: documents.jsonl.gz and removed.jsonl.gz. */
export const paragraphs: Task<z.infer<typeof Settings>> = {
  name: 'paragraphs',
  version: 1,
  parse: (settings) => Settings.parse(settings),
  async run({ path }, folder, { frequencies, ...settings }) {
    const table = readFrequencies(await readPinned(frequencies));
    const kept = writeJsonlGz(join(folder, 'documents.jsonl.gz'));
    const removed = writeJsonlGz(join(folder, 'removed.jsonl.gz'));
    const tally = createTally();
    const counts = { total: 0, changed: 0, removedParagraphs: 0 };
    await discardOnError([kept, removed], async () => {
      for await (const document of readJsonlGz<CorpusDocument>(path)) {
        counts.total += 1;
        const result = removeRepeated(document.text, table, settings);
        if ('dropped' in result || result.kept === '') {
          const value = 'dropped' in result ? result.value : null;
          await removed.write({ ...document, repetition: { value, expected: settings.documents.expected } });
          continue;
        }
        const cut = result.removedParagraphs.length;
        const changed = cut === 0 ? document : withText(document, result.kept);
        if (cut > 0) counts.changed += 1;
        counts.removedParagraphs += cut;
        tally.add(changed);
        await kept.write(changed);
      }
      await Promise.all([kept.close(), removed.close()]);
    });
    return { ...counts, kept: tally.documents, ...tally.stats() };
  },
};

/** The id stays that of the text as it was read, so that splits and lists of ids hold whatever is cut out later. */
const withText = ({ meta }: CorpusDocument, text: string): CorpusDocument => ({
  text,
  meta,
});
