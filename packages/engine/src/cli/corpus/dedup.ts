import { availableParallelism } from 'node:os';
import { DedupSettings } from '@tsudoi/schema';
import { dedupShards } from '../../scale/dedup.ts';
import { runOnThreads } from '../../scale/threads.ts';
import { countOf, gigabytesOf, numberOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- dedup FILE… --out FOLDER [--ranks N] [--threads N] [--memory GB]
         [--ngram 5] [--buckets 20] [--rows 10] [--seed 1] [--replan] [--json]
Removes exact and near duplicates from files of documents (JSONL.gz), inside each source and then across. Running it again goes on
where it stopped. Results: FOLDER/apply/units/*/documents.jsonl.gz and removed.jsonl.gz; tables for SQL in FOLDER/sign.`;

/** Deduplication over shards on this machine. */
export const dedup: Subcommand = {
  about: 'removes exact and near duplicates over any number of files, resumable',
  usage,
  async run(args, { out, progress }) {
    const threads = String(availableParallelism());
    const { values, positionals } = parseOptions(
      args,
      {
        out: { type: 'string' },
        ranks: { type: 'string' },
        threads: { type: 'string', default: threads },
        memory: { type: 'string', default: '2' },
        ngram: { type: 'string', default: '5' },
        buckets: { type: 'string', default: '20' },
        rows: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        replan: { type: 'boolean' },
        json: { type: 'boolean' },
      },
      usage,
    );
    if (positionals.length === 0 || !values.out) throw new UsageError(usage);
    const number = (name: 'ngram' | 'buckets' | 'rows' | 'seed') => numberOf(values[name], `--${name}`);
    const workers = countOf(values.threads, '--threads');
    const memory = { gigabytes: gigabytesOf(values.memory) };
    const settings = DedupSettings.safeParse({
      ...{ ngram: number('ngram'), buckets: number('buckets'), rows: number('rows'), seed: number('seed') },
    });
    if (!settings.success)
      throw new UsageError(`--${settings.error.issues[0]?.path.join('.')} is out of range\n${usage}`);
    const { grouping, stats } = await dedupShards(
      {
        ...{ folder: values.out, inputs: positionals, settings: settings.data, progress },
        ranks: values.ranks === undefined ? positionals.length : numberOf(values.ranks, '--ranks'),
        ...{ threads: workers, memory, replan: values.replan ?? false },
      },
      (folder) =>
        runOnThreads({
          ...{ folder, threads: workers },
          progress: (done, total) => progress(`${folder}: ${done} of ${total} files`),
        }),
    );
    const { total, kept, removedInSource, removedAcross, clusters } = grouping;
    out(
      values.json
        ? `${JSON.stringify({ grouping, stats })}\n`
        : `${kept} of ${total} documents kept; ${removedInSource} removed inside their source, ${removedAcross} across sources; ${clusters} clusters\n`,
    );
    return 0;
  },
};
