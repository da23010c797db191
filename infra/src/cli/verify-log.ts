import { openHub, type VerifyReport, verifyLog } from '@tsudoi/hub';
import { withLogStream } from '../log-stream.ts';
import { requireDatabase, withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const verify: CliCommand = {
  name: 'verify-log',
  about: 'walk the log: gapless, chain valid, projections equal a fold of it, NATS sequence equals position',
  positionals: [],
  options: {},
  async run({ instance, result }) {
    requireDatabase(instance);
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

function describe({ ok, problem, log, projections, stream }: VerifyReport): string {
  return [
    `log           ${log.events} events, gapless, chain ends in ${log.hash.slice(0, 16)}`,
    ...projections.map(
      ({ name, rows, lag }) =>
        `projection    ${name.padEnd(10)} ${rows} rows equal a fold of the log (${lag} behind)`,
    ),
    stream
      ? `nats          last sequence ${stream.lastSequence} = last position`
      : 'nats          not compared',
    ok ? 'everything holds' : `PROBLEM       ${problem}`,
  ].join('\n');
}
