import { isSelected, type LogWindow, type PublicEvent, type Selection } from '@tsudoi/hub';
import { heartbeatMs } from './event-stream.ts';

const encoder = new TextEncoder();
/** Each event is written once, however many listen. */
const frames = new WeakMap<PublicEvent, Uint8Array>();

function frameOf(event: PublicEvent): Uint8Array {
  let bytes = frames.get(event);
  if (!bytes) {
    bytes = encoder.encode(`id: ${event.envelope.position}\ndata: ${JSON.stringify(event.cloudEvent)}\n\n`);
    frames.set(event, bytes);
  }
  return bytes;
}

/**
 * The selected events after a position as server-sent events, without gaps and in order. It holds one position and one
 * page at most: it goes on when the reader has taken the page. The heartbeat carries the position that was looked at, so
 * that a reader of few events resumes near the end and not far back.
 */
export async function* logEvents(
  window: LogWindow,
  { after, beat = heartbeatMs, ...wanted }: Selection & { after: number; beat?: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let last = after;
  let quietSince = Date.now();
  while (!signal.aborted) {
    const page = await window.after(last);
    last = page.at(-1)?.envelope.position ?? last;
    const chosen = page.filter((event) => isSelected(event, wanted)).map(frameOf);
    if (chosen.length > 0) {
      yield chosen.length === 1 ? chosen[0] : Buffer.concat(chosen);
      quietSince = Date.now();
    } else if (Date.now() - quietSince >= beat) {
      yield encoder.encode(`: still here\nid: ${last}\n\n`);
      quietSince = Date.now();
    } else if (page.length === 0) {
      await window.wait(last, quietSince + beat - Date.now(), signal);
    }
  }
}
