import { eventStreamResponse } from '../../../server/live/event-stream.ts';
import { logEvents } from '../../../server/live/log-events.ts';

/** The public event stream. Starts after `?after=` or, on reconnection, after the last position that arrived. */
export function GET(request: Request): Response {
  const asked = request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('after');
  const after = asked !== null && /^\d{1,15}$/.test(asked) ? Number(asked) : null;
  return eventStreamResponse(request, (signal) => logEvents(after, signal));
}
