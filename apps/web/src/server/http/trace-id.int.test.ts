import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openPortal, type Portal } from '../../testing/portal.ts';

let portal: Portal;
let generates: Record<string, string>;

beforeAll(async () => {
  portal = await openPortal();
  const personId = await portal.person('美咲', ['contributor']);
  ({ bearer: generates } = await portal.token(personId, ['model.generate']));
});
afterAll(() => portal.close());

const traceId = randomUUID().replaceAll('-', '');
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

type Handler = (request: Request, more: { params: Promise<never> }) => Response | Promise<Response>;
const ask = async (
  route: Promise<Record<string, unknown>>,
  path: string,
  { params = {}, ...init }: RequestInit & { params?: object } = {},
) => {
  const handler = (await route)[init.method ?? 'GET'] as Handler;
  const headers = { 'content-type': 'application/json', traceparent, ...(init.headers as object) };
  return handler(portal.request(path, { ...init, headers }), { params: Promise.resolve(params as never) });
};
const trpc = import('../../app/api/trpc/[trpc]/route.ts');
const openai = import('../../app/api/openai/v1/[...path]/route.ts');
const chat = { params: { path: ['chat', 'completions'] }, method: 'POST' };
const cases: [string, number, () => Promise<Response>][] = [
  ['a query of the portal', 401, () => ask(trpc, '/api/trpc/hub.operations')],
  [
    'a command of the portal',
    401,
    () => ask(trpc, '/api/trpc/sources.propose', { method: 'POST', body: '{}' }),
  ],
  [
    'a batch in which only some calls fail',
    207,
    () => ask(trpc, `/api/trpc/hub.status,hub.operations?batch=1&input=${encodeURIComponent('{}')}`),
  ],
  [
    'a command from a foreign page',
    403,
    () =>
      ask(trpc, '/api/trpc/sources.propose', {
        ...chat,
        body: '{}',
        headers: { origin: 'https://evil.example' },
      }),
  ],
  [
    'the HTTP API',
    404,
    () => ask(import('../../app/api/v1/[...path]/route.ts'), '/api/v1/x', { params: { path: ['x'] } }),
  ],
  ['a version that is not there', 404, () => ask(import('../../app/api/[...path]/route.ts'), '/api/v7/x')],
  ['the event stream', 400, () => ask(import('../../app/api/stream/route.ts'), '/api/stream?after=x')],
  ['a page of events', 400, () => ask(import('../../app/api/events/route.ts'), '/api/events?after=x')],
  ['the doorbell', 401, () => ask(import('../../app/api/doorbell/route.ts'), '/api/doorbell')],
  [
    'the metrics of a run',
    400,
    () =>
      ask(import('../../app/api/runs/[id]/metrics/stream/route.ts'), '/api/runs/x/metrics/stream', {
        params: { id: 'x' },
      }),
  ],
  [
    'the OpenAI interface without a key',
    401,
    () => ask(openai, '/api/openai/v1/chat/completions', { ...chat, body: '{}' }),
  ],
  [
    'the OpenAI interface without a model server',
    503,
    () =>
      ask(openai, '/api/openai/v1/chat/completions', {
        ...chat,
        body: '{"model":"m","messages":[]}',
        headers: generates,
      }),
  ],
  [
    'an object whose address is not signed',
    422,
    () => ask(import('../../app/api/objects/[sha256]/route.ts'), '/api/objects/x'),
  ],
  [
    'signing in',
    400,
    () =>
      ask(import('../../app/api/session/local/route.ts'), '/api/session/local', {
        method: 'POST',
        body: '{}',
      }),
  ],
];

test.each(cases)('%s: the refusal names its trace', async (_, status, answer) => {
  const { status: got, headers } = await answer();
  expect([got, headers.get('trace-id')]).toEqual([status, traceId]);
});

test('without a trace of the caller a refusal names one of its own, which the log has too', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const own = portal.request('/api/trpc/sources.propose', { method: 'POST', body: '{}' });
  own.headers.set('content-type', 'application/json');
  const { headers } = await portal.trpc.POST(own);
  const told = headers.get('trace-id')!;
  expect(told).toMatch(/^[0-9a-f]{32}$/);
  expect(warn.mock.calls.some(([line]) => String(line).includes(`"traceId":"${told}"`))).toBe(true);
});
