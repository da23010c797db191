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
  if (values.port === undefined) return fallback;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1024 || port > 65535)
    throw new UsageError(`--port must be a number from 1024 to 65535, not "${values.port}"`);
  return port;
}
