import { type Attributes, type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { Rejection } from '@tsudoi/schema';
import { parseTraceparent } from './traceparent.ts';

/**
 * Runs `fn` inside a span, a child of `traceparent` if given and else of the active span. A Rejection is an expected
 * answer and is noted as an attribute; any other error marks the span as failed. Both are thrown on.
 */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T>,
  { traceparent }: { traceparent?: string | null } = {},
): Promise<T> {
  const tracer = trace.getTracer('tsudoi');
  return tracer.startActiveSpan(name, { attributes }, contextOf(traceparent), async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      if (error instanceof Rejection) span.setAttribute('rejection', error.code);
      else {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error).slice(0, 300) });
        span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
      }
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Runs `fn` so that spans started inside join the trace of `traceparent`, without adding a span. */
export function runInTrace<T>(traceparent: string | null | undefined, fn: () => T): T {
  return context.with(contextOf(traceparent), fn);
}

function contextOf(traceparent: string | null | undefined): Context {
  const parent = parseTraceparent(traceparent);
  return parent ? trace.setSpanContext(context.active(), parent) : context.active();
}
