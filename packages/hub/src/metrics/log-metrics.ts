import { type LogMetricsInput, Rejection } from '@tsudoi/schema';
import type { z } from 'zod';
import type { Actor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Hub } from '../hub.ts';
import { requireLease } from '../lease/require-lease.ts';
import { inTransaction } from '../log/connection.ts';

/**
 * Stores metric points of a run for whoever holds the lease of one of its jobs. A run that goes on from a checkpoint
 * measures some steps again; the new values take the place of the old.
 * @throws Rejection `auth.not-permitted`, `lease.stale-epoch`, `lease.not-held`, `run.unknown`
 */
export async function logMetrics(
  hub: Hub,
  actor: Actor,
  input: z.infer<typeof LogMetricsInput>,
): Promise<void> {
  await requirePermission(hub, actor, 'node.work');
  const lease = await requireLease(hub, actor, input);
  const { runId } = input;
  if (lease.runId !== runId) throw new Rejection('run.unknown', { runId });
  // One statement may not touch a row twice, so of points sent twice the last one counts. Sorted, so that two batches
  // never wait for each other in a circle.
  const byKey = new Map(input.points.map((point) => [`${point.series} ${point.step}`, point]));
  const points = [...byKey.values()].sort((a, b) =>
    a.series < b.series ? -1 : a.series > b.series ? 1 : a.step - b.step,
  );
  await inTransaction(hub.sql, 'isolation level read committed', async (tx) => {
    const rows = tx.json(points);
    await tx`
      insert into run_metric (run_id, series, step, value)
      select ${runId}::uuid, series, step, value
      from jsonb_to_recordset(${rows}) as point (series text, step integer, value double precision)
      order by series, step
      on conflict (run_id, series, step) do update set value = excluded.value, at = now()`;
    await tx`
      insert into run_metric_latest as latest (run_id, series, step, value)
      select distinct on (series) ${runId}::uuid, series, step, value
      from jsonb_to_recordset(${rows}) as point (series text, step integer, value double precision)
      order by series, step desc
      on conflict (run_id, series) do update set step = excluded.step, value = excluded.value
      where excluded.step >= latest.step`;
  });
}
