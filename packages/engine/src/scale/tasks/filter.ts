import { join } from 'node:path';
import { FilterRule } from '@tsudoi/schema';
import { z } from 'zod';
import type { CorpusDocument } from '../../corpus/document.ts';
import { compileCascade } from '../../corpus/filters/cascade.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../../corpus/jsonl.ts';
import { createTally } from '../../corpus/tally.ts';
import type { Task } from '../task.ts';

const Settings = z.strictObject({ rules: z.array(FilterRule).min(1) });

/** The cascade over one file of documents: documents.jsonl.gz, dropped.jsonl.gz with the first filter each failed. */
export const filter: Task<z.infer<typeof Settings>> = {
  name: 'filter',
  version: 1,
  parse: (settings) => Settings.parse(settings),
  async run({ path }, folder, { rules }) {
    const cascade = compileCascade(rules);
    const kept = writeJsonlGz(join(folder, 'documents.jsonl.gz'));
    const dropped = writeJsonlGz(join(folder, 'dropped.jsonl.gz'));
    const tally = createTally();
    const failed: Record<string, number> = {};
    let total = 0;
    await discardOnError([kept, dropped], async () => {
      for await (const document of readJsonlGz<CorpusDocument>(path)) {
        total += 1;
        const { document: edited, failure } = cascade.run(document);
        if (!failure) {
          tally.add(edited);
          await kept.write(edited);
          continue;
        }
        const { filter: name } = rules[failure.index];
        failed[`dropped.${name}`] = (failed[`dropped.${name}`] ?? 0) + 1;
        const { value, threshold } = failure.verdict;
        await dropped.write({ ...edited, trace: { filter: name, index: failure.index, value, threshold } });
      }
      await Promise.all([kept.close(), dropped.close()]);
    });
    return { total, kept: tally.documents, ...tally.stats(), ...failed };
  },
};
