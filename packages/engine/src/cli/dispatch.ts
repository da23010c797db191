import { Rejection } from '@tsudoi/schema';
import { type Subcommand, UsageError } from './corpus/subcommand.ts';
import { isSystemError } from './failure.ts';

/** Subcommands by name; each is loaded only when it is called. */
export type Subcommands = Record<string, () => Promise<Subcommand>>;

interface Command {
  /** As in `npm run -s NAME`. */
  name: string;
  subcommands: Subcommands;
  /** Names of errors whose message is one clear line; they may come from a worker thread, where no class survives. */
  expected: readonly string[];
}

/** Runs the subcommand that the arguments name. Sets the exit code: 0 done, 1 it failed, 2 called wrongly. */
export async function dispatch(command: Command, args: string[]): Promise<void> {
  // Who reads the result may have seen enough of it: `… | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    process.exitCode = await run(command, args);
  } catch (error) {
    const { name, message, stack } = error as Error;
    const isUsage = error instanceof UsageError;
    const isExpected =
      isUsage || error instanceof Rejection || command.expected.includes(name) || isSystemError(error);
    process.stderr.write(`${isExpected ? message : (stack ?? error)}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

async function run(command: Command, [name, ...rest]: string[]): Promise<number> {
  const { subcommands } = command;
  if (name === undefined || name === '--help') {
    process.stdout.write(await overview(command));
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (!load) throw new UsageError(`there is no "${name}"; there are ${Object.keys(subcommands).join(', ')}`);
  const subcommand = await load();
  if (rest.includes('--help')) {
    process.stdout.write(`${subcommand.usage}\n`);
    return 0;
  }
  return subcommand.run(rest, {
    out: (text) => process.stdout.write(text),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
}

async function overview({ name, subcommands }: Command): Promise<string> {
  const lines = await Promise.all(
    Object.entries(subcommands).map(async ([each, load]) => `  ${each.padEnd(10)} ${(await load()).about}`),
  );
  return `usage: npm run -s ${name} -- COMMAND … [--json] [--help]\n\n${lines.join('\n')}\n`;
}
