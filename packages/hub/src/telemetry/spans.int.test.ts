import { afterAll, beforeAll, expect, test } from 'vitest';
import { recentTraces, traceSpans } from '../queries/traces.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { insertSpans } from './insert-spans.ts';

let test_: TestHub;
beforeAll(async () => {
  test_ = await createTestHub();
});
afterAll(() => test_.drop());

const start = BigInt(Date.now()) * 1_000_000n;
const hex = (n: number, length: number) => n.toString(16).padStart(length, '0');
function request(trace: number, ids: number[], name = 'span') {
  const spans = ids.map((id) => ({
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    parentSpanId: id === ids[0] ? '' : hex(ids[0], 16),
    name: `${name} ${id}`,
    startTimeUnixNano: String(start + BigInt(id) * 1000n),
    endTimeUnixNano: String(start + BigInt(id) * 1000n + 5_000_000n),
    status: id === 2 ? { code: 2 } : {},
    attributes: [{ key: 'id', value: { intValue: String(id) } }],
  }));
  const service = { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] };
  return { resourceSpans: [{ resource: service, scopeSpans: [{ spans }] }] };
}

test('a trace is read back in the order it happened, to the microsecond, and a span sent twice is there once', async () => {
  await insertSpans(test_.hub, request(1, [1, 3, 2]));
  await insertSpans(test_.hub, request(1, [1, 2]));
  const spans = await traceSpans(test_.hub, hex(1, 32));
  expect(spans.map(({ name }) => name)).toEqual(['span 1', 'span 2', 'span 3']);
  expect(spans[1]).toMatchObject({ service: 'web', error: true, attributes: { id: 2 }, durationMs: 5 });
  expect(spans[0]).toMatchObject({ parentSpanId: null, error: false });
  expect(spans[1].startedAt).toMatch(/\.\d{3}002Z$/);
});

test('the newest traces come first, each named after the span that began it', async () => {
  await insertSpans(test_.hub, request(2, [10, 11], 'later'));
  const traces = await recentTraces(test_.hub);
  expect(traces).toMatchObject([
    { traceId: hex(2, 32), name: 'later 10', spans: 2, error: false },
    { traceId: hex(1, 32), name: 'span 1', service: 'web', spans: 3, error: true },
  ]);
  expect(traces[1].durationMs).toBeCloseTo(5.002, 3);
});

test('what is over the retention is dropped, the oldest first', async () => {
  await insertSpans(test_.hub, request(3, [20, 21, 22]), { maxRows: 3, maxAgeDays: 14 });
  expect((await recentTraces(test_.hub)).map(({ traceId }) => traceId)).toEqual([hex(3, 32)]);
});

test('text that the database does not take and numbers that are none lose no span, and the trace reads back', async () => {
  const body = request(4, [30, 31]);
  const [odd] = body.resourceSpans[0].scopeSpans[0].spans;
  odd.name = `${'x'.repeat(199)}😀`; // cut in the middle of a pair
  odd.attributes = [
    { key: 'nul', value: { intValue: 'a\0b' } },
    { key: 'many', value: { intValue: 'many' } },
    { key: `${'k'.repeat(99)}😀`, value: { intValue: '9e999' } },
  ];
  expect(await insertSpans(test_.hub, body)).toBe(2);
  const [first, second] = await traceSpans(test_.hub, hex(4, 32));
  expect([first.name.isWellFormed(), second.name]).toEqual([true, 'span 31']);
  expect(first.attributes).toMatchObject({ nul: 'a\uFFFDb', many: 'many' });
});

test('times that no calendar has are refused in one line', async () => {
  const refused = [1.5, -1e300, 1e300, 9e21, -1e20];
  for (const time of refused) {
    const body = request(5, [40]);
    Object.assign(body.resourceSpans[0].scopeSpans[0].spans[0], { startTimeUnixNano: time });
    await expect(insertSpans(test_.hub, body), String(time)).rejects.toMatchObject({ code: 'input.invalid' });
  }
});
