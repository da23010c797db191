import type { MetricSeries } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';

const Row = z.object({ series: z.string(), step: z.number(), value: z.number() });

/**
 * The curves of a run. A series of more than `maxPoints` points is cut into columns of equal width in steps, and of each
 * column the lowest and the highest point are kept, so that no spike is lost. The first and the last point always stay.
 */
export async function runMetrics(
  hub: Pick<Hub, 'sql'>,
  runId: string,
  maxPoints: number,
): Promise<MetricSeries[]> {
  const columns = Math.max(1, Math.floor(maxPoints / 2) - 1);
  const rows = await hub.sql`
    with point as (
      select series, step, value,
             count(*) over whole as points,
             min(step) over whole as first,
             max(step) over whole as last
      from run_metric where run_id = ${runId}
      window whole as (partition by series)
    ), placed as (
      select *, (step - first)::bigint * ${columns} / (last - first + 1) as "column" from point
    ), ranked as (
      select *, row_number() over (partition by series, "column" order by value, step) as from_low,
             row_number() over (partition by series, "column" order by value desc, step) as from_high
      from placed
    )
    select series, step, value from ranked
    where points <= ${maxPoints} or from_low = 1 or from_high = 1 or step in (first, last)
    order by series, step`;
  const bySeries = Map.groupBy(z.array(Row).parse(rows), (row) => row.series);
  return [...bySeries].map(([series, points]) => ({
    series,
    points: points.map(({ step, value }): [number, number] => [step, value]),
  }));
}
