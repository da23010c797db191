import type { Instance } from '../instance.ts';
import type { Say } from '../say.ts';
import { UsageError } from '../say.ts';

export interface CliOption {
  type: 'string' | 'boolean';
  about: string;
  /** Name of the value in the usage line. */
  value?: string;
}

export interface CommandContext {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
  instance: Instance;
  say: Say;
  /** The command's answer: the value with --json, else the text. */
  result(value: unknown, text: string): void;
}

export interface CliCommand {
  name: string;
  about: string;
  /** A trailing "?" marks an optional one. */
  positionals: string[];
  options: Record<string, CliOption>;
  run(context: CommandContext): Promise<number>;
}

export const commonOptions: Record<string, CliOption> = {
  json: { type: 'boolean', about: 'one JSON object on stdout' },
  dir: { type: 'string', value: 'DIR', about: "folder of this hub's data (default .tsudoi)" },
  help: { type: 'boolean', about: 'this text' },
};

export function portOption(values: CommandContext['values'], fallback: number): number {
  return numberOption(values, 'port', { fallback, from: 1024, to: 65535 });
}

/** @throws UsageError unless it is a whole number within the bounds */
export function numberOption(
  values: CommandContext['values'],
  name: string,
  { fallback, from, to }: { fallback: number; from: number; to: number },
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!/^\d+$/.test(String(text)) || number < from || number > to)
    throw new UsageError(`--${name} must be a number from ${from} to ${to}, not "${text}"`);
  return number;
}
