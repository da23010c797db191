import type { TraceSpan } from '@tsudoi/schema';

const barWidth = 24;

/** A trace as an indented tree with a time bar per span, for terminals. Spans whose parent is not known are roots. */
export function formatTraceTree(spans: TraceSpan[]): string {
  if (spans.length === 0) return '';
  const known = new Set(spans.map((span) => span.spanId));
  const children = Map.groupBy(
    [...spans].sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.spanId.localeCompare(b.spanId)),
    (span) => (span.parentSpanId && known.has(span.parentSpanId) ? span.parentSpanId : ''),
  );
  const start = Math.min(...spans.map((span) => Date.parse(span.startedAt)));
  const end = Math.max(...spans.map((span) => Date.parse(span.startedAt) + span.durationMs));
  const rows: { left: string; span: TraceSpan }[] = [];
  const walk = (parentId: string, indent: string): void => {
    const siblings = children.get(parentId) ?? [];
    siblings.forEach((span, index) => {
      const last = index === siblings.length - 1;
      const branch = parentId === '' ? '' : last ? '└─ ' : '├─ ';
      rows.push({ left: `${indent}${branch}${span.name}`, span });
      walk(span.spanId, parentId === '' ? indent : `${indent}${last ? '   ' : '│  '}`);
    });
  };
  walk('', '');

  const nameWidth = Math.min(64, Math.max(...rows.map((row) => row.left.length)));
  const serviceWidth = Math.max(...spans.map((span) => span.service.length));
  const lines = rows.map(({ left, span }) =>
    [
      left.slice(0, nameWidth).padEnd(nameWidth),
      span.service.padEnd(serviceWidth),
      duration(span.durationMs).padStart(9),
      bar(span, start, end),
      describe(span),
    ]
      .join('  ')
      .trimEnd(),
  );
  return [`trace ${spans[0].traceId}  ${spans.length} spans  ${duration(end - start)}`, ...lines].join('\n');
}

function bar(span: TraceSpan, start: number, end: number): string {
  const scale = barWidth / Math.max(end - start, 1e-3);
  const from = Math.min(barWidth - 1, Math.floor((Date.parse(span.startedAt) - start) * scale));
  const length = Math.max(1, Math.min(barWidth - from, Math.round(span.durationMs * scale)));
  return `${'·'.repeat(from)}${'█'.repeat(length)}${'·'.repeat(barWidth - from - length)}`;
}

function describe(span: TraceSpan): string {
  const attributes = Object.entries(span.attributes)
    .slice(0, 6)
    .map(([key, value]) => `${key}=${String(value).slice(0, 60)}`);
  return [span.error ? '✗ failed' : '', ...attributes].filter(Boolean).join(' ');
}

function duration(milliseconds: number): string {
  if (milliseconds >= 60_000) return `${(milliseconds / 60_000).toFixed(1)} min`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}
