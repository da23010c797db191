import { expect, test } from 'vitest';
import { depthFirst } from './depth-first.ts';

const span = (spanId: string, parentSpanId: string | null, at: number) => ({
  spanId,
  parentSpanId,
  startedAt: new Date(at).toISOString(),
});

test('a trace reads from its roots down, siblings in order of time, orphans as roots', () => {
  const rows = depthFirst([
    span('late', 'root', 30),
    span('leaf', 'early', 25),
    span('root', null, 10),
    span('orphan', 'lost', 5),
    span('early', 'root', 20),
  ]);
  expect(rows.map((row) => `${row.depth} ${row.span.spanId}`)).toEqual([
    '0 orphan',
    '0 root',
    '1 early',
    '2 leaf',
    '1 late',
  ]);
});
