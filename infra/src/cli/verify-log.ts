import { existsSync } from 'node:fs';
import { openHub, verifyLog } from '@tsudoi/hub';
import { withLogStream } from '../log-stream.ts';
import { withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const verify: CliCommand = {
  name: 'verify-log',
  about: 'walk the log: gapless, chain valid, projections equal a fold of it, NATS sequence equals position',
  positionals: [],
  options: {},
  async run({ instance, result }) {
    if (!existsSync(instance.dir) && !process.env.DATABASE_URL)
      throw new Error('there is no hub here yet; start one with "./tsudoi demo"');
    return withDatabase(instance, (databaseUrl) =>
      withLogStream(instance, async (stream) => {
        const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 4 });
        try {
          const report = await verifyLog(hub, { stream });
          result(report, describe(report));
          return report.ok ? 0 : 1;
        } finally {
          await hub.close();
        }
      }),
    );
  },
};

function describe(report: Awaited<ReturnType<typeof verifyLog>>): string {
  return JSON.stringify(report, null, 2);
}
