import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../say.ts';
import { postgresHome } from '../servers/postgres.ts';
import type { CliCommand } from './command.ts';

export const reset: CliCommand = {
  name: 'reset',
  about: "delete this hub's data: log, objects, secrets (asks first)",
  positionals: [],
  options: {
    yes: { type: 'boolean', about: 'do not ask' },
    'dry-run': { type: 'boolean', about: 'only say what would be deleted' },
  },
  async run({ values, instance, result }) {
    if (instance.state()) throw new Error('the hub is running; stop it first with "./tsudoi down"');
    const folders = [...new Set([instance.dir, postgresHome(instance.dir)])].filter((folder) =>
      existsSync(folder),
    );
    if (folders.length === 0) {
      result({ deleted: [] }, 'there is nothing to delete');
      return 0;
    }
    if (values['dry-run']) {
      result({ wouldDelete: folders }, `would delete: ${folders.join(', ')}`);
      return 0;
    }
    if (!values.yes && !(await confirmed(folders))) {
      result({ deleted: [] }, 'kept');
      return 1;
    }
    result({ deleted: instance.destroy() }, `deleted: ${folders.join(', ')}`);
    return 0;
  },
};

async function confirmed(folders: string[]): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError('reset asks before it deletes; without a terminal give --yes');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Delete ${folders.join(' and ')} with everything in it? Type "yes": `);
  prompt.close();
  return answer.trim() === 'yes';
}
