import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BackupReport, backUp, type PlannedBackup, planBackup } from '../backup/back-up.ts';
import { personalKeyOf, withWholeHub } from '../backup/open-hub.ts';
import { bytes } from '../backup/words.ts';
import { requireDatabase, withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const backup: CliCommand = {
  name: 'backup',
  about: 'back the hub up while it works: log, tables, objects (each once), keys of people apart',
  positionals: ['DIR'],
  options: {
    keys: { type: 'string', value: 'DIR', about: 'where the keys of people go (default DIR/keys)' },
    'save-key': {
      type: 'string',
      value: 'FILE',
      about: 'also write the key that wraps those keys; keep it elsewhere',
    },
    'dry-run': { type: 'boolean', about: 'only say what would be written' },
  },
  async run({ instance, values, positionals: [dir], say, result }) {
    requireDatabase(instance);
    instance.prepare();
    const personalKey = personalKeyOf(instance, undefined);
    const keysDir = typeof values.keys === 'string' ? resolve(values.keys) : undefined;
    const saveKey = values['save-key'] as string | undefined;
    return withDatabase(instance, (databaseUrl) =>
      withWholeHub(instance, { databaseUrl, personalKey }, async (hub, store) => {
        const settings = { hub, store, dir: resolve(dir), keysDir, progress: say.progress };
        if (values['dry-run']) {
          const plan = await planBackup(settings);
          result(plan, describePlan(plan));
          return 0;
        }
        const report = await backUp(settings);
        if (saveKey) writeFileSync(saveKey, `${personalKey}\n`, { mode: 0o600 });
        else
          say.line(
            'not in the backup: the key that wraps the keys of people. Without it no name can be read again; keep it elsewhere (--save-key FILE)',
          );
        result(report, describe(report));
        return report.objects.missing.length === 0 ? 0 : 1;
      }),
    );
  },
};

function describe({ snapshot, events, hash, rows, objects, bytes: written, seconds }: BackupReport): string {
  return [
    `backup      ${snapshot}`,
    `log         ${events} events, chain ends in ${hash.slice(0, 16)}; ${rows} rows in all`,
    `objects     ${objects.count}, of which ${objects.copied} copied now (${bytes(objects.copiedBytes)})`,
    `written     ${bytes(written)} in ${seconds} s`,
    ...(objects.missing.length > 0
      ? [
          `MISSING     the bytes of ${objects.missing.length} objects cannot be read: ${objects.missing.slice(0, 5).join(', ')}`,
        ]
      : []),
  ].join('\n');
}

function describePlan({ position, tableBytes, objects, freeBytes }: PlannedBackup): string {
  return [
    `log         up to position ${position}; tables of ${bytes(tableBytes)} before compression`,
    `objects     ${objects.toCopy} of ${objects.count} to copy (${bytes(objects.bytesToCopy)})`,
    `free        ${bytes(freeBytes)}`,
  ].join('\n');
}
