import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type CliCommand, numberOption } from './command.ts';

export const logs: CliCommand = {
  name: 'logs',
  about: 'the end of the log of one process (without NAME: which there are)',
  positionals: ['NAME?'],
  options: { lines: { type: 'string', value: 'N', about: 'how many lines (default 50)' } },
  async run({ values, positionals, instance, result }) {
    const count = numberOption(values, 'lines', { fallback: 50, from: 1, to: 1_000_000 });
    const names = existsSync(instance.logDir)
      ? readdirSync(instance.logDir).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -4)] : []))
      : [];
    const [name] = positionals;
    if (!name) {
      result({ logs: names }, names.join('\n') || 'there are no logs yet');
      return 0;
    }
    if (!names.includes(name))
      throw new Error(`there is no log "${name}"; there are: ${names.join(', ') || 'none'}`);
    const lines = readFileSync(instance.logFile(name), 'utf8').trimEnd().split('\n').slice(-count);
    result({ name, lines }, lines.join('\n'));
    return 0;
  },
};
