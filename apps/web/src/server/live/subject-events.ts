import { natsConnection } from '../nats.ts';
import { frame, heartbeat, heartbeatMs } from './event-stream.ts';
import { Inbox } from './inbox.ts';

/** Messages of a core NATS subject as frames. Nothing is stored: readers catch up by a query when they connect again. */
export async function* subjectEvents(
  subject: string,
  event: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const inbox = new Inbox<{ subject: string; text: string }>(200);
  const subscription = (await natsConnection()).subscribe(subject, {
    callback: (error, message) => {
      if (!error) inbox.push({ subject: message.subject, text: message.string() });
    },
  });
  try {
    yield heartbeat; // the reader learns at once that it is connected
    while (!signal.aborted) {
      const message = await inbox.next(heartbeatMs, signal);
      yield message ? frame({ subject: message.subject, data: parse(message.text) }, { event }) : heartbeat;
    }
  } finally {
    subscription.unsubscribe();
  }
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
