import type { TraceSpan } from '@tsudoi/schema';

/** Spans in reading order: each before its children, siblings by start. A span whose parent is not here is a root. */
export function depthFirst<Span extends Pick<TraceSpan, 'spanId' | 'parentSpanId' | 'startedAt'>>(
  spans: Span[],
): { span: Span; depth: number }[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const byStart = spans.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const children = Map.groupBy(byStart, (span) =>
    span.parentSpanId !== null && ids.has(span.parentSpanId) ? span.parentSpanId : '',
  );
  const rows: { span: Span; depth: number }[] = [];
  const stack = (children.get('') ?? []).toReversed().map((span) => ({ span, depth: 0 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    rows.push(next);
    const { span, depth } = next;
    for (const child of (children.get(span.spanId) ?? []).toReversed())
      stack.push({ span: child, depth: depth + 1 });
  }
  return rows;
}
