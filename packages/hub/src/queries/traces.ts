import type { TraceSpan, TraceSummary } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';

const SpanRow = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  service: z.string(),
  name: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  error: z.boolean(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** The spans of one trace in the order they started; empty when it is not known (any more). */
export async function traceSpans(hub: Pick<Hub, 'sql'>, traceId: string): Promise<TraceSpan[]> {
  const rows = await hub.sql`
    select trace_id as "traceId", span_id as "spanId", parent_id as "parentSpanId", service, name,
           to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "startedAt",
           duration_ms as "durationMs", error, attributes
    from span where trace_id = ${traceId} order by started_at, arrived limit 5000`;
  return z.array(SpanRow).parse(rows);
}

const SummaryRow = z.object({
  traceId: z.string(),
  name: z.string(),
  service: z.string(),
  startedAt: z.date().transform((date) => date.toISOString()),
  durationMs: z.number(),
  spans: z.number(),
  error: z.boolean(),
});

/** The traces that were heard of last, newest first; each is named after its first span. */
export async function recentTraces(hub: Pick<Hub, 'sql'>, limit = 50): Promise<TraceSummary[]> {
  const rows = await hub.sql`
    with recent as (
      select trace_id, max(arrived) as latest
      from (select trace_id, arrived from span order by arrived desc limit 5000) as tail
      group by trace_id order by latest desc limit ${limit}
    )
    select recent.trace_id as "traceId", first.name, first.service, first.started_at as "startedAt",
           whole.duration_ms as "durationMs", whole.spans, whole.error
    from recent
    cross join lateral (
      select name, service, started_at from span where trace_id = recent.trace_id
      order by parent_id is not null, started_at, arrived limit 1
    ) as first
    cross join lateral (
      select count(*)::int as spans, bool_or(error) as error,
             extract(epoch from max(started_at + make_interval(secs => duration_ms / 1000)) - min(started_at))::float8
               * 1000 as duration_ms
      from span where trace_id = recent.trace_id
    ) as whole
    order by recent.latest desc`;
  return z.array(SummaryRow).parse(rows);
}
