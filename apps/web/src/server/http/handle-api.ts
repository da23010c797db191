import { TRPCError } from '@trpc/server';
import type { Actor } from '@tsudoi/hub';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection } from '@tsudoi/schema';
import { boundedBody } from '../bounded-body.ts';
import { bearerToken, type Context, contextOf, localeOf } from '../context.ts';
import { createCaller } from '../router.ts';
import { type Allowance, rateLimitHeaders } from './allowance.ts';
import { inputBesidesPath, inputOfQuery } from './input-schema.ts';
import { largestBody, takeCalls } from './limits.ts';
import { logRefusal, problemOf, problemResponse } from './problem.ts';
import { type Declared, declaredProcedures, RouteTable } from './routes.ts';
import { traceOf } from './trace-of.ts';

const routes = new RouteTable(declaredProcedures());

/** What is known of a request when it is answered, however far it came. */
interface Progress {
  actor: Actor | null;
  allowance: Allowance | null;
  allow: string | null;
}

/**
 * `/api/v1`: the router's procedures as JSON over HTTP, for programs outside TypeScript. Callers are known by a bearer
 * token or not at all: cookies are not looked at, so no page elsewhere can act for somebody who is signed in here.
 */
export function handleApi(request: Request, segments: readonly string[]): Promise<Response> {
  const traceparent = request.headers.get('traceparent');
  const found = routes.find(request.method, segments);
  const name = found ? found.operation.name : 'unknown';
  const serve = () => answer(request, segments, found);
  if (!traceparent && request.method === 'GET') return serve(); // as for the portal: reading makes no traces of its own
  return withSpan(`api ${name}`, { 'http.method': request.method }, serve, { traceparent });
}

async function answer(
  request: Request,
  segments: readonly string[],
  found: ReturnType<RouteTable['find']>,
): Promise<Response> {
  const headers = withoutCookies(request.headers);
  const locale = localeOf(headers);
  const traceId = traceOf(request);
  const progress: Progress = { actor: null, allowance: null, allow: null };
  try {
    const context = await admit(request, headers, progress);
    if (!found) throw nothingThere(request.method, segments, progress);
    const data = await call(found.operation, await inputOf(request, found), context);
    return Response.json(data ?? null, {
      headers: { 'cache-control': 'no-store', 'trace-id': traceId, ...limitHeaders(progress) },
    });
  } catch (error) {
    const problem = problemOf(error, locale, traceId);
    const path = `/api/v1/${segments.join('/')}`;
    if (problem.status === 500) console.error(`request failed (trace ${traceId})`, error);
    logRefusal(problem, { method: request.method, path, actor: progress.actor });
    const allow: Record<string, string> = progress.allow ? { allow: progress.allow } : {};
    return problemResponse(problem, locale, { ...limitHeaders(progress), ...allow });
  }
}

/** Who asks, and whether they may ask once more. A wrong token counts for the address that sent it. */
async function admit(request: Request, headers: Headers, progress: Progress): Promise<Context> {
  const known = await contextOf(headers, currentTraceparent() ?? request.headers.get('traceparent'))
    .then((context) => {
      if (headers.has('authorization') && bearerToken(headers) === null)
        throw new Rejection('auth.token-unknown');
      return { context };
    })
    .catch((error: unknown) => ({ error }));
  progress.actor = 'context' in known ? known.context.actor : null;
  progress.allowance = takeCalls(progress.actor, headers);
  if (progress.allowance.remaining < 0)
    throw new Rejection('rate.limited', { seconds: progress.allowance.reset });
  if ('error' in known) throw known.error;
  return known.context;
}

function nothingThere(method: string, segments: readonly string[], progress: Progress): Rejection {
  const path = `/api/v1/${segments.join('/')}`.slice(0, 200);
  const methods = routes.methodsAt(segments);
  if (methods.length === 0) return new Rejection('api.unknown', { method, path });
  progress.allow = methods.join(', ');
  return new Rejection('api.method', { method, path, allowed: progress.allow });
}

/** The caller's input from path, query, body and headers. The procedure's own schema judges it afterwards. */
async function inputOf(
  request: Request,
  { operation, parameters }: NonNullable<ReturnType<RouteTable['find']>>,
): Promise<Record<string, unknown> | undefined> {
  const given =
    request.method === 'GET'
      ? inputOfQuery(new URL(request.url).searchParams, inputBesidesPath(operation))
      : await bodyOf(request);
  for (const [name, value] of Object.entries(parameters)) {
    if (name in given && given[name] !== value)
      throw new Rejection('input.invalid', { field: name, problem: `the address says ${value}` });
  }
  const input = { ...given, ...parameters };
  if (operation.command) return { ...input, commandId: commandIdOf(request.headers, given) };
  return operation.input || Object.keys(input).length > 0 ? input : undefined;
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const bytes = await boundedBody(request, largestBody).catch((error: unknown) => {
    if (error instanceof Rejection) throw new Rejection('body.too-large', { limit: largestBody });
    throw error;
  });
  if (bytes.byteLength === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/([\w.]+\+)?json\s*(;|$)/i.test(type)) throw new Rejection('api.not-json');
  const body = parseJson(new TextDecoder().decode(bytes));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Rejection('api.not-json');
  return body as Record<string, unknown>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Rejection('api.not-json');
  }
}

/** A command's id travels as `Idempotency-Key`, or in the body as it does everywhere else. */
function commandIdOf(headers: Headers, body: Record<string, unknown>): unknown {
  const key = headers.get('idempotency-key')?.replace(/^"(.*)"$/, '$1'); // the draft standard puts it in quotes
  if (key === undefined && body.commandId === undefined) throw new Rejection('command.id-missing');
  if (key !== undefined && body.commandId !== undefined && body.commandId !== key)
    throw new Rejection('command.id-differs');
  return key ?? body.commandId;
}

type Call = (input: unknown) => Promise<unknown>;

async function call({ name, input: schema }: Declared, input: unknown, context: Context): Promise<unknown> {
  if (!schema && input !== undefined && Object.keys(input as object).length > 0)
    throw new Rejection('input.invalid', {
      field: Object.keys(input as object)[0]!,
      problem: 'no such field',
    });
  const [group = '', procedure = ''] = name.split('.');
  const caller = createCaller(context) as unknown as Record<string, Record<string, Call>>;
  const run = caller[group]?.[procedure];
  if (!run) throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: `${name} is not in the router` });
  return run(schema ? input : undefined);
}

function limitHeaders({ allowance }: Progress): Record<string, string> {
  return allowance ? rateLimitHeaders(allowance) : {};
}

function withoutCookies(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete('cookie');
  return copy;
}
