import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection } from '@tsudoi/schema';
import { boundedBody } from '../../../../server/bounded-body.ts';
import { contextOf, localeOf } from '../../../../server/context.ts';
import { answering, comesFromOwnPage, foreignOrigin } from '../../../../server/handle.ts';
import { type Allowance, rateLimitHeaders } from '../../../../server/http/allowance.ts';
import { largestBatch, largestBody, takeCalls } from '../../../../server/http/limits.ts';
import { logRefusal, problemOf } from '../../../../server/http/problem.ts';
import { traceOf } from '../../../../server/http/trace-of.ts';
import { appRouter } from '../../../../server/router.ts';

/** Calls that every worker repeats every few seconds; they are traced only as part of somebody's trace. */
const routine = /^worker\.(heartbeat|claim|logMetrics)$/;

function handle(request: Request): Promise<Response> {
  return answering(request, async () => {
    if (request.method === 'POST' && !comesFromOwnPage(request)) return foreignOrigin();
    const name = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const count = name.split(',').length;
    if (count > largestBatch) throw new Rejection('batch.too-large', { count, limit: largestBatch });
    const traceparent = request.headers.get('traceparent');
    const serve = () => serveCalls(request, name, count);
    if (!traceparent && (request.method === 'GET' || routine.test(name))) return serve();
    return withSpan(`trpc ${name.slice(0, 100)}`, { 'http.method': request.method }, serve, { traceparent });
  });
}

/** Each call inside a batch is counted, and whoever has none left learns so before anything is looked up. */
async function serveCalls(request: Request, name: string, count: number): Promise<Response> {
  const { headers } = request;
  const traceId = traceOf(request);
  const req = await boundedRequest(request);
  const [known] = await Promise.allSettled([
    contextOf(headers, currentTraceparent() ?? headers.get('traceparent')),
  ]);
  const actor = known.status === 'fulfilled' ? known.value.actor : null;
  const allowance: Allowance = takeCalls(actor, headers, count);
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req,
    router: appRouter,
    maxBatchSize: largestBatch,
    createContext: () => {
      if (allowance.remaining < 0) throw new Rejection('rate.limited', { seconds: allowance.reset });
      if (known.status === 'rejected') throw known.reason;
      return { ...known.value, traceId };
    },
    responseMeta: () => ({ headers: { ...rateLimitHeaders(allowance), 'trace-id': traceId } }),
    onError: ({ error, path = name }) => {
      const problem = problemOf(error, localeOf(headers), traceId);
      if (problem.status !== 500) logRefusal(problem, { method: request.method, path, actor });
      else if (error.code === 'INTERNAL_SERVER_ERROR')
        console.error(`procedure failed (trace ${traceId})`, error.cause ?? error);
    },
  });
}

async function boundedRequest(request: Request): Promise<Request> {
  if (request.method !== 'POST') return request;
  const body = await boundedBody(request, largestBody);
  return new Request(request.url, { method: 'POST', headers: request.headers, body });
}

export { handle as GET, handle as POST };
