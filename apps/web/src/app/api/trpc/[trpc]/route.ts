import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { boundedBody } from '../../../../server/bounded-body.ts';
import { contextOf } from '../../../../server/context.ts';
import { answering, comesFromOwnPage, foreignOrigin } from '../../../../server/handle.ts';
import { appRouter } from '../../../../server/router.ts';

const bodyLimit = 4 * 1024 * 1024;
/** Calls that every worker repeats every few seconds; they are traced only as part of somebody's trace. */
const routine = /^worker\.(heartbeat|claim|logMetrics)$/;

function handle(request: Request): Promise<Response> {
  return answering(request, async () => {
    const name = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const traceparent = request.headers.get('traceparent');
    const serve = async () => {
      const bounded = await boundedRequest(request);
      return fetchRequestHandler({
        endpoint: '/api/trpc',
        req: bounded,
        router: appRouter,
        maxBatchSize: 10,
        createContext: () => contextOf(request.headers, currentTraceparent() ?? traceparent),
      });
    };
    if (!traceparent && (request.method === 'GET' || routine.test(name))) return serve();
    return withSpan(`trpc ${name.slice(0, 100)}`, { 'http.method': request.method }, serve, { traceparent });
  });
}

async function boundedRequest(request: Request): Promise<Request> {
  if (request.method !== 'POST') return request;
  const body = await boundedBody(request, bodyLimit);
  return new Request(request.url, { method: 'POST', headers: request.headers, body });
}

export function GET(request: Request): Promise<Response> {
  return handle(request);
}

export async function POST(request: Request): Promise<Response> {
  return comesFromOwnPage(request) ? handle(request) : foreignOrigin();
}
