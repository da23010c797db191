import { openHub, operationsReport } from '@tsudoi/hub';
import { bytes } from '../backup/words.ts';
import { withBroker } from '../log-stream.ts';
import { describeAlarm } from '../operations/alarms.ts';
import { postgresHome } from '../servers/postgres.ts';
import { requireDatabase, withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

type Report = Awaited<ReturnType<typeof operationsReport>>;

export const operations: CliCommand = {
  name: 'operations',
  about: 'how the hub is: lag, NATS, stopped read models, dead letters, stuck jobs, disks, last backup',
  positionals: [],
  options: {},
  async run({ instance, result }) {
    requireDatabase(instance);
    const look = (databaseUrl: string, published: Parameters<typeof operationsReport>[1]['published']) =>
      withHub(databaseUrl, async (hub) => {
        const folders = [
          { name: 'database' as const, path: postgresHome(instance.dir) },
          { name: 'objects' as const, path: process.env.OBJECT_DIR ?? instance.path('objects') },
          { name: 'nats' as const, path: instance.path('nats') },
        ];
        return operationsReport(hub, { published, folders });
      });
    let connected = false;
    const report = await withDatabase(instance, (databaseUrl) =>
      withBroker(instance, ({ stream }) => {
        connected = true;
        return look(databaseUrl, stream);
      }).catch((error: Error) => {
        if (connected) throw error;
        return look(databaseUrl, { problem: error.message });
      }),
    );
    result(report, describe(report));
    return report.alarms.some(({ severity }) => severity === 'critical') ? 1 : 0;
  },
};

async function withHub<T>(
  databaseUrl: string,
  work: (hub: ReturnType<typeof openHub>) => Promise<T>,
): Promise<T> {
  const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 4 });
  try {
    return await work(hub);
  } finally {
    await hub.close();
  }
}

function describe({ log, followers, nats, webhooks, jobs, storage, backup, alarms }: Report): string {
  return [
    `log          position ${log.position}, ${bytes(storage.logBytes)} of ${bytes(storage.databaseBytes)} in the database`,
    nats.reachable
      ? `nats         last sequence ${nats.lastSequence}, ${bytes(nats.bytes)}`
      : `nats         cannot be asked: ${nats.problem}`,
    ...followers.map(
      ({ kind, name, position, lag, lagSeconds }) =>
        `${kind.padEnd(12)} ${name.padEnd(12)} at ${position}${lag > 0 ? `, ${lag} behind (${lagSeconds.toFixed(1)} s)` : ''}`,
    ),
    `jobs         ${jobs.queued} queued, ${jobs.leased} at work, ${jobs.awaitingStart} wait for a start; ${jobs.stuck.length} stuck`,
    `webhooks     ${webhooks.length} in trouble`,
    `objects      ${storage.objects} (${bytes(storage.objectBytes)})`,
    ...storage.disks.map(
      ({ name, freeBytes, totalBytes }) =>
        `disk         ${name.padEnd(12)} ${bytes(freeBytes)} free of ${bytes(totalBytes)}`,
    ),
    backup
      ? `backup       ${backup.at}, up to position ${backup.position}`
      : 'backup       none was ever taken',
    ...(alarms.length === 0
      ? ['all is well']
      : alarms.map(
          (alarm) =>
            `${alarm.severity.toUpperCase().padEnd(12)} ${describeAlarm(alarm)}${alarm.remedy ? ` -> ${alarm.remedy}` : ''}`,
        )),
  ].join('\n');
}
