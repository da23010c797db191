import { Rejection, type TraceSpan } from '@tsudoi/schema';
import { z } from 'zod';

/** More than any of our exporters sends at once (512), less than would hurt the hub. */
const maxSpansPerRequest = 2000;
const maxAttributes = 64;
const maxText = 1000;

const AnyValue = z.looseObject({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.number().optional(),
});
const KeyValue = z.looseObject({ key: z.string(), value: AnyValue.optional() });
const Nanoseconds = z.union([
  z.string().regex(/^\d{1,20}$/),
  z.number().nonnegative().refine(Number.isInteger, 'it is no whole number of nanoseconds'),
]);
const OtlpSpan = z.looseObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^([0-9a-f]{16})?$/)
    .optional(),
  name: z.string(),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: z.array(KeyValue).optional(),
  status: z.looseObject({ code: z.number().optional() }).optional(),
});
/** `ExportTraceServiceRequest` of OTLP 1.x in its JSON encoding (ids are hex there), as far as we keep it. */
const OtlpTraces = z.looseObject({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes: z.array(KeyValue).optional() }).optional(),
      scopeSpans: z.array(z.looseObject({ spans: z.array(OtlpSpan) })),
    }),
  ),
});

/** @throws Rejection `input.invalid` when the body is no OTLP JSON or holds more than 2,000 spans. */
export function parseOtlpSpans(body: unknown): TraceSpan[] {
  const parsed = OtlpTraces.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Rejection('input.invalid', { field: issue.path.join('.') || 'body', problem: issue.message });
  }
  const spans = parsed.data.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = storable(String(flatten(resource?.attributes)['service.name'] ?? 'unknown'), 80);
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => toTraceSpan(span, service)));
  });
  if (spans.length > maxSpansPerRequest) {
    throw new Rejection('input.invalid', {
      field: 'resourceSpans',
      problem: `more than ${maxSpansPerRequest} spans`,
    });
  }
  return spans;
}

function toTraceSpan(span: z.infer<typeof OtlpSpan>, service: string): TraceSpan {
  const start = BigInt(span.startTimeUnixNano);
  const end = BigInt(span.endTimeUnixNano);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || null,
    service,
    name: storable(span.name, 200),
    startedAt: isoMicroseconds(start),
    durationMs: Math.max(0, Number(end - start) / 1e6),
    error: span.status?.code === 2,
    attributes: flatten(span.attributes),
  };
}

/** Of the year 9999: later ones have no plain ISO 8601 form. */
const lastMillisecond = 253_402_300_799_999;

/** Date keeps milliseconds only; the order of quick siblings is in the microseconds. */
function isoMicroseconds(nanoseconds: bigint): string {
  const milliseconds = Number(nanoseconds / 1_000_000n);
  if (milliseconds > lastMillisecond)
    throw new Rejection('input.invalid', { field: 'startTimeUnixNano', problem: 'no date' });
  const micros = String((nanoseconds / 1000n) % 1000n).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${micros}Z`);
}

function flatten(attributes: z.infer<typeof KeyValue>[] | undefined): TraceSpan['attributes'] {
  const flat: TraceSpan['attributes'] = {};
  for (const { key, value } of (attributes ?? []).slice(0, maxAttributes)) {
    const plain = value?.stringValue ?? value?.boolValue ?? value?.doubleValue;
    const kept = plain ?? integer(value?.intValue) ?? (value ? JSON.stringify(value) : undefined);
    if (kept !== undefined)
      flat[storable(key, 100)] = typeof kept === 'string' ? storable(kept, maxText) : kept;
  }
  return flat;
}

/** 64-bit integers travel as text in OTLP's JSON; what is no number stays text. */
function integer(value: string | number | undefined): string | number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

/** The beginning of a text as PostgreSQL takes it: without U+0000, and without half of a pair where it was cut. */
function storable(text: string, length: number): string {
  return text.slice(0, length).replaceAll('\0', '\uFFFD').toWellFormed();
}
