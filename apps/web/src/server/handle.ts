import { type Actor, requirePermission } from '@tsudoi/hub';
import { type Permission, Rejection } from '@tsudoi/schema';
import { bearerToken, contextOf, localeOf } from './context.ts';
import { serverEnv } from './env.ts';
import { openaiRefusal } from './http/openai.ts';
import { logRefusal, problemOf, problemResponse } from './http/problem.ts';
import { traceOf } from './http/trace-of.ts';
import { hub } from './hub.ts';
import { isOwnOrigin } from './origin.ts';
import { errorResponse } from './rejections.ts';

/**
 * Runs a route handler and turns what it throws into an answer. Every refusal names its trace in `trace-id`.
 * @param form `problem` where programs outside ask: problem details (RFC 9457), as the HTTP API answers; `openai` as
 *   OpenAI's API answers, whose clients look for the trace of every answer in `x-request-id`
 */
export async function answering(
  request: Request,
  run: () => Promise<Response>,
  form: 'portal' | 'problem' | 'openai' = 'portal',
): Promise<Response> {
  const traceId = traceOf(request);
  const answer = namingTrace(await answered(request, run, form, traceId), traceId);
  if (form === 'openai' && !answer.headers.has('x-request-id'))
    answer.headers.set('x-request-id', answer.headers.get('trace-id') ?? traceId);
  return answer;
}

async function answered(
  request: Request,
  run: () => Promise<Response>,
  form: 'portal' | 'problem' | 'openai',
  traceId: string,
): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    const locale = localeOf(request.headers);
    const problem = problemOf(error, locale, traceId);
    const { pathname } = new URL(request.url);
    if (problem.status !== 500) logRefusal(problem, { method: request.method, path: pathname, actor: null });
    if (form === 'portal') return errorResponse(error, locale, traceId);
    if (problem.status === 500) console.error(`request failed (trace ${traceId})`, error);
    return form === 'openai' ? openaiRefusal(error, locale, traceId) : problemResponse(problem, locale);
  }
}

/** An answer that was given inside a span names the trace of that span already. */
function namingTrace(response: Response, traceId: string): Response {
  if (response.status >= 400 && !response.headers.has('trace-id')) response.headers.set('trace-id', traceId);
  return response;
}

/** Who may do this, for route handlers outside tRPC. @throws Rejection */
export async function permitted(request: Request, permission: Permission): Promise<Actor | null> {
  const { actor } = await contextOf(request.headers, null);
  if (permission === 'public.read') return actor;
  if (!actor) throw new Rejection('auth.sign-in-needed');
  await requirePermission(hub(), actor, permission);
  return actor;
}

/**
 * A cookie travels with every request of a browser, so a change is taken only from our own pages. Callers with a
 * bearer token are programs and need no origin.
 */
export function comesFromOwnPage(request: Request): boolean {
  if (bearerToken(request.headers) !== null) return true;
  return isOwnOrigin(request.headers.get('origin'), serverEnv().HUB_URL);
}

export function foreignOrigin(): Response {
  return Response.json({ error: 'this origin may not change anything here' }, { status: 403 });
}
