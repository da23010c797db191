import { logHead } from '@tsudoi/hub';
import { answering, permitted } from '../../../server/handle.ts';
import { hub } from '../../../server/hub.ts';
import { eventQuery, requireReached } from '../../../server/live/event-query.ts';
import { eventStreamResponse } from '../../../server/live/event-stream.ts';
import { logEvents } from '../../../server/live/log-events.ts';
import { logWindow } from '../../../server/live/log-window.ts';

/**
 * The log as server-sent events, one CloudEvent each, for anybody: from `?after=` on or, on reconnection, from the last
 * position that arrived; without either, from now on. `?group=` and `?topics=` choose.
 */
export function GET(request: Request): Promise<Response> {
  return answering(
    request,
    async () => {
      await permitted(request, 'public.read');
      const query = await eventQuery(request);
      const window = logWindow();
      const head = await window.head();
      const after = query.after ?? head;
      // A page may have been rendered from an event that the window has not fetched yet.
      if (after > head) requireReached(after, (await logHead(hub().sql)).position);
      return eventStreamResponse(request, (signal) => logEvents(window, { ...query, after }, signal));
    },
    'problem',
  );
}
