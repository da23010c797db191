import { Rejection } from '@tsudoi/schema';
import { PlanError } from '../scale/plan-error.ts';
import { type Subcommand, UsageError } from './corpus/subcommand.ts';

/** Each subcommand is one file; it is loaded only when it is called. */
const subcommands: Record<string, () => Promise<Subcommand>> = {
  build: async () => (await import('./corpus/build.ts')).build,
  dedup: async () => (await import('./corpus/dedup.ts')).dedup,
  document: async () => (await import('./corpus/document.ts')).document,
  extract: async () => (await import('./corpus/extract.ts')).extract,
  filter: async () => (await import('./corpus/filter.ts')).filter,
  plan: async () => (await import('./corpus/plan.ts')).plan,
  preview: async () => (await import('./corpus/preview.ts')).preview,
  rank: async () => (await import('./corpus/rank.ts')).rank,
  search: async () => (await import('./corpus/search.ts')).search,
};

/** One-line errors of what a subcommand loads, and rejections that crossed from a worker thread. */
const EXPECTED = ['CorpusRecipeError', 'MixtureError', 'TokenizerError', 'PlanError', 'Rejection'];

/** Exit codes: 0 done, 1 it failed, 2 called wrongly. */
async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help') {
    process.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(subcommands, name))
    throw new UsageError(`there is no "${name}"; there are ${Object.keys(subcommands).join(', ')}`);
  const subcommand = await (subcommands[name] as () => Promise<Subcommand>)();
  if (rest.includes('--help')) {
    process.stdout.write(`${subcommand.usage}\n`);
    return 0;
  }
  return subcommand.run(rest, {
    out: (text) => process.stdout.write(text),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(subcommands).map(async ([name, load]) => `  ${name.padEnd(10)} ${(await load()).about}`),
  );
  return `usage: npm run -s corpus -- COMMAND … [--json] [--help]\n\n${lines.join('\n')}\n`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code;
  const isUsage = error instanceof UsageError;
  const isExpected =
    isUsage ||
    error instanceof Rejection ||
    error instanceof PlanError ||
    EXPECTED.includes((error as Error).name) ||
    code === 'ENOENT' ||
    code === 'EISDIR';
  process.stderr.write(`${isExpected ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
