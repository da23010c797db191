import { parseArgs } from 'node:util';
import { type CliCommand, type CommandContext, commonOptions } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { Instance } from './instance.ts';
import { sayTo, UsageError } from './say.ts';

/** Exit codes: 0 done, 1 failed, 2 called wrongly. */
async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (!name || name === '--help' || name === 'help') {
    process.stdout.write(overview());
    return name ? 0 : 2;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(`there is no command "${name}"; "./tsudoi --help" lists them`);
  const { values, positionals } = parse(command, rest);
  if (values.help) {
    process.stdout.write(help(command));
    return 0;
  }
  if (positionals.length < command.positionals.filter((p) => !p.endsWith('?')).length) {
    throw new UsageError(`usage: ./tsudoi ${usage(command)}`);
  }
  const surplus = positionals[command.positionals.length];
  if (surplus !== undefined)
    throw new UsageError(`there is no place for "${surplus}"; usage: ./tsudoi ${usage(command)}`);
  const context: CommandContext = {
    values,
    positionals,
    instance: new Instance(values.dir as string | undefined),
    say: sayTo(process.stderr),
    result(value, text) {
      process.stdout.write(values.json ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
  };
  return command.run(context);
}

function parse(command: CliCommand, rest: string[]) {
  try {
    return parseArgs({
      args: rest,
      options: { ...commonOptions, ...command.options },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nusage: ./tsudoi ${usage(command)}`);
  }
}

function usage(command: CliCommand): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    option.type === 'string' ? `[--${name} ${option.value ?? 'X'}]` : `[--${name}]`,
  );
  return [
    command.name,
    ...command.positionals.map((p) => (p.endsWith('?') ? `[${p.slice(0, -1)}]` : p)),
    ...options,
    '[--json]',
  ].join(' ');
}

function help(command: CliCommand): string {
  const lines = Object.entries({ ...command.options, ...commonOptions }).map(
    ([name, option]) =>
      `  --${`${name}${option.type === 'string' ? ` ${option.value ?? 'X'}` : ''}`.padEnd(18)} ${option.about}`,
  );
  return `${command.about}\n\nusage: ./tsudoi ${usage(command)}\n\n${lines.join('\n')}\n`;
}

function overview(): string {
  const lines = commands.map((command) => `  ${command.name.padEnd(12)} ${command.about}`);
  return `tsudoi: the hub where an open community builds language models together\n\n${lines.join('\n')}\n\nEvery command takes --json, --help and --dir DIR (the folder of this hub's data; default .tsudoi).\n`;
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`tsudoi: ${error.message}\n`);
    if (process.env.TSUDOI_DEBUG) process.stderr.write(`${error.stack}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
