import { logHead, readEnvelopes } from '@tsudoi/hub';
import type { EventEnvelope } from '@tsudoi/schema';
import { hub } from '../hub.ts';
import { frame, heartbeat, heartbeatMs } from './event-stream.ts';
import { Inbox } from './inbox.ts';
import { logTap } from './log-tap.ts';

const pageSize = 200;

/**
 * The log from `after` on, without gaps and in order: first the past from PostgreSQL, then what NATS brings. A position
 * that was skipped (slow reader, NATS away) is read from the database before anything newer is sent.
 */
export async function* logEvents(after: number | null, signal: AbortSignal): AsyncGenerator<string> {
  const { sql } = hub();
  const inbox = new Inbox<EventEnvelope>(500);
  const unsubscribe = logTap().subscribe((envelope) => inbox.push(envelope));
  try {
    let last = after ?? (await logHead(sql)).position;
    let behind = true;
    while (!signal.aborted) {
      while (behind && !signal.aborted) {
        const page = await readEnvelopes(sql, last, pageSize);
        for (const envelope of page) yield frame(publicView(envelope), { id: envelope.position });
        last = page.at(-1)?.position ?? last;
        behind = page.length === pageSize;
      }
      const envelope = await inbox.next(heartbeatMs, signal);
      if (!envelope) {
        yield heartbeat;
        behind = true; // a lost wake-up is healed here
      } else if (envelope.position === last + 1) {
        yield frame(publicView(envelope), { id: envelope.position });
        last = envelope.position;
      } else if (envelope.position > last) {
        behind = true;
      }
    }
  } finally {
    unsubscribe();
  }
}

/** What anybody may read. The log holds no personal data; a token's label is its owner's own business all the same. */
export function publicView(envelope: EventEnvelope) {
  const { position, type, streamType, streamId, version, schemaVersion, at } = envelope;
  const isPrivate = type === 'TokenIssued' || type === 'TokenRevoked';
  return {
    position,
    type,
    streamType,
    streamId,
    version,
    schemaVersion,
    at,
    data: isPrivate ? null : envelope.data,
  };
}
