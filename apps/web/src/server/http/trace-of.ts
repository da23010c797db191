import { randomBytes } from 'node:crypto';
import { traceIdOf } from '@tsudoi/hub/telemetry';
import { currentTraceId } from '../tracing.ts';

/** The trace a request belongs to: what its answer names, its log line holds and `tsudoi trace` finds. */
export function traceOf(request: Request): string {
  const own = currentTraceId() ?? traceIdOf(request.headers.get('traceparent'));
  return own ?? randomBytes(16).toString('hex'); // telemetry is off: still one id in the answer and the log
}
