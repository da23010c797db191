import { Rejection } from '@tsudoi/schema';
import { localeOf } from '../../../server/context.ts';
import { logRefusal, problemOf, problemResponse } from '../../../server/http/problem.ts';
import { traceOf } from '../../../server/http/trace-of.ts';

/** Whatever is no interface of this hub, such as one of a later version, is refused as a problem and not as a page. */
function handle(request: Request): Response {
  const path = new URL(request.url).pathname.slice(0, 200);
  const { method } = request;
  const later = /^\/api\/v\d+(\/|$)/.test(path);
  const rejection = later
    ? new Rejection('api.version', { path })
    : new Rejection('api.unknown', { method, path });
  const locale = localeOf(request.headers);
  const problem = problemOf(rejection, locale, traceOf(request));
  logRefusal(problem, { method, path, actor: null });
  return problemResponse(problem, locale);
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
