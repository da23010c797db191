import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileCascade } from '../../corpus/filters/cascade.ts';
import { discardOnError, writeJsonlGz } from '../../corpus/jsonl.ts';
import { documentsOf, presetRules, resources } from './inputs.ts';
import { parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- filter FILE… --preset NAME --out FOLDER [--language ja|en|code] [--format F]
         [--list NAME=FILE]… [--quality FILE] [--json]
Writes kept.jsonl.gz and dropped.jsonl.gz (each document with the first filter it failed, and the value) and prints the tally.`;

/** Runs a preset over local files. */
export const filter: Subcommand = {
  about: 'runs a named cascade over files: kept, dropped with the reason, and a tally',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        preset: { type: 'string' },
        out: { type: 'string' },
        language: { type: 'string', default: 'ja' },
        format: { type: 'string' },
        list: { type: 'string', multiple: true, default: [] },
        quality: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    if (positionals.length === 0 || !values.preset || !values.out) throw new UsageError(usage);
    const rules = presetRules(values.preset);
    const cascade = compileCascade(rules, await resources(values.list, values.quality));
    for (const list of cascade.emptyLists)
      progress(`the list ${list} is empty; load one with --list ${list}=FILE`);
    await mkdir(values.out, { recursive: true });
    const kept = writeJsonlGz(join(values.out, 'kept.jsonl.gz'));
    const dropped = writeJsonlGz(join(values.out, 'dropped.jsonl.gz'));
    const byFilter = rules.map(({ filter: name, list }) => ({
      filter: name,
      ...(list ? { list } : {}),
      dropped: 0,
      changed: 0,
    }));
    let [total, passed] = [0, 0];
    await discardOnError([kept, dropped], async () => {
      for await (const document of documentsOf(positionals, { ...values, progress })) {
        total += 1;
        const { document: edited, failure, edits } = cascade.run(document);
        for (const { index, changes } of edits) (byFilter[index] as { changed: number }).changed += changes;
        if (!failure) {
          passed += 1;
          await kept.write(edited);
          continue;
        }
        const entry = byFilter[failure.index] as { filter: string; dropped: number };
        entry.dropped += 1;
        const { value, threshold } = failure.verdict;
        await dropped.write({
          ...edited,
          trace: { filter: entry.filter, index: failure.index, value, threshold },
        });
      }
      await Promise.all([kept.close(), dropped.close()]);
    });
    const tally = { preset: values.preset, total, kept: passed, dropped: total - passed, byFilter };
    out(values.json ? `${JSON.stringify(tally)}\n` : `${table(tally)}\n`);
    return 0;
  },
};

function table(tally: {
  total: number;
  kept: number;
  byFilter: { filter: string; list?: string; dropped: number; changed: number }[];
}) {
  const rows = tally.byFilter.map(
    ({ filter: name, list, dropped, changed }) =>
      `${[name, list].filter(Boolean).join(' ').padEnd(32)} ${`${dropped}`.padStart(8)} dropped${changed > 0 ? `  ${changed} changes` : ''}`,
  );
  return `${tally.kept} of ${tally.total} documents kept\n${rows.join('\n')}`;
}
