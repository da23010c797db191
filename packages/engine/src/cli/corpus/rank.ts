import { runRank } from '../../scale/run-rank.ts';
import { runOnThreads } from '../../scale/threads.ts';
import { countOf, numberOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- rank FOLDER (--rank R | --threads N) [--json]
Does one rank of a plan, or all of them on N threads here. What is done already is left alone; stopping loses at most the file at hand.`;

/** Works on a plan: the command that Slurm, Kubernetes and people run. */
export const rank: Subcommand = {
  about: 'does one rank of a plan, or all on local threads',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      { rank: { type: 'string' }, threads: { type: 'string' }, json: { type: 'boolean' } },
      usage,
    );
    const [folder] = positionals;
    if (!folder || (values.rank === undefined) === (values.threads === undefined))
      throw new UsageError(usage);
    const report = (done: number, total: number) => progress(`${done} of ${total} files`);
    const stats =
      values.rank !== undefined
        ? await runRank({ folder, rank: numberOf(values.rank, '--rank'), progress: report })
        : (
            await runOnThreads({
              folder,
              threads: countOf(values.threads ?? '', '--threads'),
              progress: report,
            })
          ).stats;
    out(values.json ? `${JSON.stringify(stats)}\n` : table(stats));
    return 0;
  },
};

const table = (stats: Record<string, unknown>) =>
  `${Object.entries(stats)
    .map(([name, value]) => `${name.padEnd(40)} ${value}`)
    .join('\n')}\n`;
