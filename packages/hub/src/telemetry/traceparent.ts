import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent` of W3C Trace Context (version 00); anything else, all-zero ids included, is null. */
export function parseTraceparent(traceparent: string | null | undefined): SpanContext | null {
  const match = pattern.exec(traceparent ?? '');
  if (!match) return null;
  const span: SpanContext = {
    traceId: match[1],
    spanId: match[2],
    traceFlags: Number.parseInt(match[3], 16) & 1,
    isRemote: true,
  };
  return isSpanContextValid(span) ? span : null;
}

export function formatTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 1).toString(16).padStart(2, '0')}`;
}

/** The active span, to be carried in an HTTP header, a NATS header or an event; null outside of every span. */
export function currentTraceparent(): string | null {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? formatTraceparent(span) : null;
}

/** The trace id (32 hex digits) of a `traceparent`, or null. */
export function traceIdOf(traceparent: string | null | undefined): string | null {
  return parseTraceparent(traceparent)?.traceId ?? null;
}
