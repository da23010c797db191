import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nameTraces } from './name-traces.ts';

let server: Server;
let address: string;
let warned: ReturnType<typeof vi.spyOn>;

beforeAll(async () => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  nameTraces();
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    response.statusCode = Number(searchParams.get('status'));
    if (pathname === '/api/ours') response.setHeader('trace-id', 'ours');
    response.end(); // as Next ends a refusal of its own
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  warned.mockRestore();
});

const traceOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${address}${path}`, { headers })).headers.get('trace-id');

test('a refusal that no handler of ours gave names the trace of the caller, and the log has it', async () => {
  const traceparent = `00-${'ab'.repeat(16)}-00f067aa0ba902b7-01`;
  expect(await traceOf('/api/x?status=405', { traceparent })).toBe('ab'.repeat(16));
  expect(warned.mock.lastCall?.[0]).toContain(`"status":405,"method":"GET","path":"/api/x","traceId":"abab`);
  expect(await traceOf('/api/x?status=404')).toMatch(/^[0-9a-f]{32}$/);
});

test('what a handler named stays, and answers and pages are left alone', async () => {
  expect(await traceOf('/api/ours?status=422')).toBe('ours');
  expect(await traceOf('/api/x?status=200')).toBeNull();
  expect(await traceOf('/somewhere?status=404')).toBeNull();
});
