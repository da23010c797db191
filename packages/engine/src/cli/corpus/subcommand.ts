import { parseArgs } from 'node:util';

/** Where a subcommand writes: its result to `out`, and lines about its progress apart from it. */
export interface Output {
  out(text: string): void;
  progress(line: string): void;
}

export interface Subcommand {
  /** One line for the overview. */
  about: string;
  usage: string;
  /** Exit code: 0 done, 1 it failed. @throws UsageError called wrongly */
  run(args: string[], output: Output): Promise<number>;
}

/** Called wrongly; its message is one line that says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** As `parseArgs` with positionals, its errors as `UsageError`. */
export function parseOptions<T extends Options>(args: string[], options: T, usage: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

/** A whole number from 1, or a UsageError that names the option. */
export function countOf(value: string, option: string): number {
  const number = numberOf(value, option);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${option} takes a whole number from 1, not "${value}"`);
  return number;
}

/** `--memory`. */
export function gigabytesOf(value: string): number {
  const number = numberOf(value, '--memory');
  if (number <= 0) throw new UsageError(`--memory takes gigabytes above 0, not "${value}"`);
  return number;
}

/** A finite number, or a UsageError that names the option. */
export function numberOf(value: string, option: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw new UsageError(`${option} takes a number, not "${value}"`);
  return number;
}
