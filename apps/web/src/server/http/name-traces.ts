import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { traceIdOf } from '@tsudoi/hub/telemetry';

/**
 * Every refusal below `/api` names its trace. Handlers of ours do that themselves; what Next refuses before it calls one,
 * such as a method that a route does not have, is named here, with a line for the operators.
 */
export function nameTraces(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.url?.startsWith('/api/')) nameTraceOf(request, response);
  });
}

function nameTraceOf({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...more: unknown[]) => {
    if (status >= 400 && !response.hasHeader('trace-id') && more.length === 0) {
      const given = headers.traceparent;
      const traceId = traceIdOf(typeof given === 'string' ? given : null) ?? randomBytes(16).toString('hex');
      response.setHeader('trace-id', traceId);
      const path = url.split('?')[0]!.slice(0, 200);
      console.warn(
        JSON.stringify({ event: 'refused', code: `http.${status}`, status, method, path, traceId }),
      );
    }
    return writeHead(status, ...more);
  };
}
