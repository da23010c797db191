import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Rejection, type TraceSpan } from '@tsudoi/schema';
import { afterEach, expect, test } from 'vitest';
import { formatTraceTree } from './format-trace-tree.ts';
import { parseOtlpSpans } from './otlp.ts';
import { startTelemetry } from './start-telemetry.ts';
import { currentTraceparent, parseTraceparent, traceIdOf } from './traceparent.ts';
import { runInTrace, withSpan } from './with-span.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const caller = `00-${traceId}-b7ad6b7169203331-01`;

interface Received {
  authorization: string | undefined;
  spans: TraceSpan[];
}
/** An OTLP endpoint that keeps what it is sent. */
async function startCollector() {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const spans = parseOtlpSpans(JSON.parse(await text(request)));
    received.push({ authorization: request.headers.authorization, spans });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  closers.push(() => void server.close());
  return { url: `http://127.0.0.1:${address.port}/api/otlp`, received };
}
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

test('spans of two processes form one tree, from the click to the artifact', async () => {
  const collector = await startCollector();
  const other = await startCollector();
  const web = startTelemetry({
    service: 'web',
    endpoint: collector.url,
    token: 'secret',
    forwardTo: other.url,
  });
  const carried = await withSpan('trpc source.review', {}, () =>
    withSpan('command', { position: 7 }, async () => currentTraceparent()),
  );
  await web.shutdown();
  const worker = startTelemetry({ service: 'worker', endpoint: collector.url, token: 'secret' });
  await withSpan('job ingest', {}, () => withSpan('upload', {}, async () => {}), { traceparent: carried });
  await worker.shutdown();

  const spans = collector.received.flatMap((request) => request.spans);
  expect(collector.received.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
  const byName = new Map(spans.map((span) => [span.name, span]));
  const parentOf = (name: string) =>
    spans.find((span) => span.spanId === byName.get(name)?.parentSpanId)?.name;
  expect(parentOf('upload')).toBe('job ingest');
  expect(parentOf('job ingest')).toBe('command');
  expect(parentOf('command')).toBe('trpc source.review');
  expect(byName.get('command')).toMatchObject({ service: 'web', attributes: { position: 7 }, error: false });
  expect(byName.get('upload')?.service).toBe('worker');
  const forwarded = other.received.flatMap((request) => request.spans.map(({ name }) => name));
  expect(forwarded.sort()).toEqual(['command', 'trpc source.review']);
});

test('a rejection is an answer, any other error a failure; both are thrown on', async () => {
  const collector = await startCollector();
  const telemetry = startTelemetry({ service: 'test', endpoint: collector.url });
  await expect(
    withSpan('refused', {}, async () => Promise.reject(new Rejection('rate.limited', { seconds: 3 }))),
  ).rejects.toThrow('rate.limited');
  await expect(withSpan('broken', {}, async () => Promise.reject(new TypeError('oops')))).rejects.toThrow(
    'oops',
  );
  await telemetry.shutdown();
  const spans = collector.received.flatMap((request) => request.spans);
  expect(spans).toMatchObject([
    { name: 'refused', error: false, attributes: { rejection: 'rate.limited' } },
    { name: 'broken', error: true, attributes: { 'error.type': 'TypeError' } },
  ]);
});

test('without an endpoint spans still have ids, so that events carry their trace', async () => {
  const telemetry = startTelemetry({ service: 'test', endpoint: null });
  const inside = await withSpan('work', {}, async () => currentTraceparent(), { traceparent: caller });
  expect(traceIdOf(inside)).toBe(traceId);
  expect(inside).not.toBe(caller);
  expect(runInTrace(caller, currentTraceparent)).toBe(caller);
  expect(currentTraceparent()).toBeNull();
  await telemetry.shutdown();
});

test('an endpoint that is away costs spans and nothing else', async () => {
  const telemetry = startTelemetry({ service: 'test', endpoint: 'http://127.0.0.1:1' });
  expect(await withSpan('work', {}, async () => 42)).toBe(42);
  await telemetry.shutdown();
});

test('a traceparent that is not one is no parent', () => {
  expect(parseTraceparent(caller)).toMatchObject({ traceId, traceFlags: 1 });
  for (const wrong of [
    null,
    '',
    'x',
    caller.toUpperCase(),
    caller.replace('00-', '01-'),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  ]) {
    expect(parseTraceparent(wrong)).toBeNull();
  }
});

test('what is no OTLP, or too much of it, is refused with the place', () => {
  const span = {
    traceId,
    spanId: 'b7ad6b7169203331',
    name: 'x',
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  };
  const request = (spans: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const refusal = (body: unknown) => {
    try {
      return parseOtlpSpans(body).length;
    } catch (error) {
      return error instanceof Rejection ? error.params.field : error;
    }
  };
  expect(refusal(request([span]))).toBe(1);
  expect(refusal('hello')).toBe('body');
  expect(refusal(request([{ ...span, traceId: 'zz' }]))).toBe('resourceSpans.0.scopeSpans.0.spans.0.traceId');
  expect(refusal(request([{ ...span, startTimeUnixNano: '9'.repeat(20) }]))).toBe(1);
  expect(refusal(request(Array.from({ length: 2001 }, () => span)))).toBe('resourceSpans');
});

test('values that are long, nested or many are cut, and never refused', () => {
  const attributes = Array.from({ length: 100 }, (_, i) => ({
    key: `k${i}`,
    value: { stringValue: 'x'.repeat(5000) },
  }));
  attributes.unshift(
    { key: 'n', value: { intValue: '12' } } as never,
    { key: 'list', value: { arrayValue: { values: [{ intValue: 1 }] } } } as never,
  );
  const span = {
    traceId,
    spanId: 'b7ad6b7169203331',
    name: 'x',
    startTimeUnixNano: 1,
    endTimeUnixNano: 2_000_001,
    attributes,
  };
  const [parsed] = parseOtlpSpans({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  expect(Object.keys(parsed.attributes)).toHaveLength(64);
  expect(parsed.attributes).toMatchObject({
    n: 12,
    list: '{"arrayValue":{"values":[{"intValue":1}]}}',
    k0: 'x'.repeat(1000),
  });
  expect(parsed).toMatchObject({ service: 'unknown', durationMs: 2, parentSpanId: null });
});

test('a trace prints as a tree with bars, in the order things started', () => {
  const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString();
  const span = (
    spanId: string,
    parentSpanId: string | null,
    name: string,
    from: number,
    durationMs: number,
  ): TraceSpan => ({
    ...{ traceId, spanId, parentSpanId, service: 'web', name, startedAt: at(from), durationMs },
    ...{ error: name === 'upload', attributes: {} },
  });
  const spans = [
    span('c', 'b', 'upload', 40, 60),
    span('a', null, 'click', 0, 100),
    span('d', 'a', 'read', 10, 5),
    span('b', 'a', 'job', 20, 80),
    span('e', 'gone', 'orphan', 90, 10),
  ];
  expect(formatTraceTree(spans).replace(/ +$/gm, '')).toBe(
    [
      `trace ${traceId}  5 spans  100 ms`,
      'click         web     100 ms  ████████████████████████',
      '├─ read       web    5.00 ms  ··█·····················',
      '└─ job        web      80 ms  ····███████████████████·',
      '   └─ upload  web      60 ms  ·········██████████████·  ✗ failed',
      'orphan        web      10 ms  ·····················██·',
    ].join('\n'),
  );
  expect(formatTraceTree([])).toBe('');
});
