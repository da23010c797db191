import { isSelected, logHead } from '@tsudoi/hub';
import type { CloudEvent } from '@tsudoi/schema';
import { answering, permitted } from '../../../server/handle.ts';
import { hub } from '../../../server/hub.ts';
import { eventQuery, requireReached } from '../../../server/live/event-query.ts';
import { logWindow } from '../../../server/live/log-window.ts';

/** So many events are looked through at most for one answer, however few of them are chosen. */
const mostRead = 4000;

/**
 * A page of the log as JSON, for programs that ask instead of listening: `{ events, position, head }`. `position` is
 * where to ask on from (`?after=`); once it equals `head` the log is read.
 */
export function GET(request: Request): Promise<Response> {
  return answering(
    request,
    async () => {
      await permitted(request, 'public.read');
      const { after, limit, ...wanted } = await eventQuery(request);
      const window = logWindow();
      const seen = await window.head();
      let position = after ?? 0;
      // Whoever has just made an event may ask from there before the window has fetched it.
      if (position > seen) requireReached(position, (await logHead(hub().sql)).position);
      const head = Math.max(seen, position);
      const most = limit ?? 100;
      const events: CloudEvent[] = [];
      for (let read = 0; read < mostRead && events.length < most; ) {
        const page = await window.after(position);
        if (page.length === 0) break;
        for (const event of page) {
          read += 1;
          position = event.envelope.position;
          if (isSelected(event, wanted) && events.push(event.cloudEvent) === most) break;
        }
      }
      return Response.json({ events, position, head }, { headers: { 'cache-control': 'no-store' } });
    },
    'problem',
  );
}
