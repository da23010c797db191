import { resolve } from 'node:path';
import { logHead, verifyLog } from '@tsudoi/hub';
import { personalKeyOf, withWholeHub } from '../backup/open-hub.ts';
import { republish } from '../backup/republish.ts';
import {
  planRestore,
  type RestorePlan,
  type RestoreReport,
  restore as restoreBackup,
} from '../backup/restore.ts';
import { bytes } from '../backup/words.ts';
import { type Broker, withBroker } from '../log-stream.ts';
import { withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const restore: CliCommand = {
  name: 'restore',
  about: 'put a backup into an empty hub, checked to the last byte, and fill NATS from its log',
  positionals: ['DIR'],
  options: {
    at: { type: 'string', value: 'NAME', about: 'name or position of a backup (default the newest)' },
    keys: { type: 'string', value: 'DIR', about: 'where the keys of people lie (default DIR/keys)' },
    'key-file': {
      type: 'string',
      value: 'FILE',
      about: 'the key that wraps them, as "backup --save-key" wrote it',
    },
    'without-keys': { type: 'boolean', about: 'restore although names and addresses will be lost' },
    'dry-run': { type: 'boolean', about: 'check everything, say what would happen, change nothing' },
  },
  async run({ instance, values, positionals: [dir], say, result }) {
    const running = instance.state();
    if (running) throw new Error(`the hub is running at ${running.url}; stop it first with "./tsudoi down"`);
    const text = (name: string) => values[name] as string | undefined;
    instance.prepare();
    const personalKey = personalKeyOf(instance, text('key-file'));
    const keys = text('keys');
    const at = (databaseUrl: string, broker: Broker) =>
      withWholeHub(instance, { databaseUrl, personalKey }, async (hub, store) => {
        const settings = {
          ...{ hub, store, dir: resolve(dir), keysDir: keys && resolve(keys), snapshot: text('at') },
          ...{
            withoutKeys: values['without-keys'] === true,
            published: broker.stream,
            progress: say.progress,
          },
        };
        if (values['dry-run']) {
          const plan = await planRestore(settings);
          result(plan, describePlan(plan));
          return plan.refused.length === 0 ? 0 : 1;
        }
        const report = await restoreBackup(settings);
        // The hub's people are wrapped by this key now: its processes must be given the same.
        if (report.lost.length === 0)
          instance.saveSecrets({ ...instance.secrets(), personalData: personalKey });
        const { position } = await logHead(hub.sql);
        await republish(instance, { databaseUrl, personalKey, broker }, position, say.progress);
        say.progress('walking everything once more');
        const { ok, problem } = await verifyLog(hub, { stream: broker.stream });
        result({ ...report, published: position, ok, problem }, describe(report, position, problem));
        return ok ? 0 : 1;
      });
    return withDatabase(instance, (databaseUrl) => withBroker(instance, (broker) => at(databaseUrl, broker)));
  },
};

function what({
  snapshot,
  takenAt,
  position,
  hash,
  rows,
  objects,
  keys,
  sealed,
  lost,
}: Omit<RestorePlan, 'refused'>) {
  return [
    `backup      ${snapshot}, taken ${takenAt}; ${sealed ? 'its seal fits' : 'its seal cannot be checked with this key'}`,
    `log         ${position} events, chain ends in ${hash.slice(0, 16)}; ${rows} rows in all`,
    `objects     ${objects.count} (${bytes(objects.totalBytes)})${objects.missing.length > 0 ? `, ${objects.missing.length} of them without bytes since before the backup` : ''}`,
    keys
      ? `keys        of position ${keys.position}; ${keys.erased} people erased by then`
      : 'keys        none',
    ...lost.map((line) => `LOST        ${line}`),
  ];
}

function describePlan(plan: RestorePlan): string {
  const then = plan.resumes
    ? 'would make the read models anew and check everything: the log is here already'
    : 'would put objects, log and tables into this empty hub, make its read models and fill NATS';
  const refused = plan.refused.map((line) => `REFUSED     ${line}`);
  return [...what(plan), ...(refused.length > 0 ? refused : [then])].join('\n');
}

function describe(report: RestoreReport, published: number, problem: string | null): string {
  return [
    ...what(report),
    `restored    ${report.objectsPut} objects put, ${report.projections.length} read models made anew, NATS at ${published}`,
    ...(report.erasedAgain > 0
      ? [`erased      ${report.erasedAgain} people who were erased after this backup`]
      : []),
    problem ? `PROBLEM     ${problem}` : 'everything holds; start the hub with "./tsudoi up"',
  ].join('\n');
}
