import { formatTraceTree, openHub, recentTraces, traceSpans } from '@tsudoi/hub';
import { requireDatabase, withDatabase } from '../with-database.ts';
import type { CliCommand } from './command.ts';

export const trace: CliCommand = {
  name: 'trace',
  about: 'one trace as a tree, from the click to the artifact (without ID: the newest traces)',
  positionals: ['ID?'],
  options: {},
  async run({ positionals, instance, result }) {
    requireDatabase(instance);
    return withDatabase(instance, async (databaseUrl) => {
      const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 2 });
      try {
        const [id] = positionals;
        if (!id) {
          const traces = await recentTraces(hub);
          const lines = traces.map(
            (found) =>
              `${found.traceId}  ${found.startedAt}  ${String(found.spans).padStart(4)} spans  ${found.name}`,
          );
          result(traces, lines.join('\n') || 'no trace was recorded yet');
          return 0;
        }
        const spans = await traceSpans(hub, id);
        if (spans.length === 0) throw new Error(`there is no trace ${id}; "./tsudoi trace" lists the newest`);
        result(spans, formatTraceTree(spans));
        return 0;
      } finally {
        await hub.close();
      }
    });
  },
};
