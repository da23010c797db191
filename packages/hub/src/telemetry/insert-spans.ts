import type { Hub } from '../hub.ts';
import { parseOtlpSpans } from './otlp.ts';

export interface SpanRetention {
  maxRows: number;
  maxAgeDays: number;
}
const defaultRetention: SpanRetention = { maxRows: 200_000, maxAgeDays: 14 };

/**
 * Stores the spans of one OTLP/HTTP JSON request (`ExportTraceServiceRequest`) and drops the oldest past the
 * retention. A span sent twice is stored once.
 * @returns how many spans the request held
 * @throws Rejection `input.invalid`
 */
export async function insertSpans(
  hub: Pick<Hub, 'sql'>,
  body: unknown,
  retention: SpanRetention = defaultRetention,
): Promise<number> {
  const spans = parseOtlpSpans(body);
  if (spans.length === 0) return 0;
  const rows = spans.map((span) => ({ ...span, parentSpanId: span.parentSpanId ?? undefined }));
  const { sql } = hub;
  await sql`
    insert into span (trace_id, span_id, parent_id, service, name, started_at, duration_ms, error, attributes)
    select "traceId", "spanId", "parentSpanId", service, name, "startedAt", "durationMs", error, attributes
    from jsonb_to_recordset(${sql.json(rows)}) as row (
      "traceId" text, "spanId" text, "parentSpanId" text, service text, name text, "startedAt" timestamptz,
      "durationMs" double precision, error boolean, attributes jsonb)
    on conflict (trace_id, span_id) do nothing`;
  await sql`
    delete from span where arrived <= (select max(arrived) from span) - ${retention.maxRows}::bigint
      or started_at < now() - make_interval(days => ${retention.maxAgeDays})`;
  return spans.length;
}
