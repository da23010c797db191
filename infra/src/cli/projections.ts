import {
  openHub,
  type ProjectionStatus,
  projectionNamed,
  projectionStatus,
  rebuild,
  retryProjection,
  verifyProjections,
} from '@tsudoi/hub';
import { UsageError } from '../say.ts';
import { requireDatabase, withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const projections: CliCommand = {
  name: 'projections',
  about: 'how far each read model is; make one anew beside the live one; let a stopped one try again',
  positionals: ['rebuild|retry?', 'NAME?'],
  options: {
    'dry-run': { type: 'boolean', about: 'with rebuild: compare with a fold of the log, change nothing' },
  },
  async run({ instance, values, positionals: [action, name], result, say }) {
    if (action !== undefined && (name === undefined || !['rebuild', 'retry'].includes(action)))
      throw new UsageError('usage: ./tsudoi projections [rebuild NAME [--dry-run] | retry NAME]');
    const projection = name === undefined ? null : known(name);
    requireDatabase(instance);
    return withDatabase(instance, async (databaseUrl) => {
      const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 4 });
      try {
        if (!projection) {
          const status = await projectionStatus(hub);
          result(status, status.map(describe).join('\n'));
          return status.every(({ error }) => error === null) ? 0 : 1;
        }
        if (action === 'retry') {
          const retried = await retryProjection(hub, projection.name);
          result({ retried }, retried ? `${name} tries again` : `${name} was not stopped`);
          return 0;
        }
        if (values['dry-run']) {
          const [report] = await verifyProjections(hub.sql, [projection]);
          const { rows, problem } = report;
          result(report, problem ? `${name}: ${problem}` : `${name}: ${rows} rows equal a fold of the log`);
          return problem ? 1 : 0;
        }
        const started = performance.now();
        const onProgress = (at: number, head: number) => say.progress(`${name}: ${at} of ${head} events`);
        const position = await rebuild(hub, projection.name, { onProgress });
        const seconds = Math.round((performance.now() - started) / 100) / 10;
        result({ name, position, seconds }, `${name} was made anew from ${position} events in ${seconds} s`);
        return 0;
      } finally {
        await hub.close();
      }
    });
  },
};

function known(name: string) {
  try {
    return projectionNamed(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function describe({ name, version, position, lag, error }: ProjectionStatus): string {
  const place = `version ${version}  position ${position}  ${lag} behind`;
  return `${name.padEnd(12)} ${place}${error ? `\n             STOPPED ${error}` : ''}`;
}
