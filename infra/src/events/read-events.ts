import { setTimeout as delay } from 'node:timers/promises';
import { CloudEvent } from '@tsudoi/schema';
import { z } from 'zod';

export interface HubAddress {
  url: string;
  /** A bearer token; the stream is public, so one is needed only where a proxy asks for it. */
  token?: string;
}

export interface EventQuery {
  after: number;
  group?: string;
  topics?: string;
  limit?: number;
}

const Page = z.object({ events: z.array(CloudEvent), position: z.int(), head: z.int() });
type Page = z.infer<typeof Page>;

/** The hub has answered, and with no. Asking again changes nothing. */
export class EventsRefused extends Error {
  override readonly name = 'EventsRefused';
}

/** One page of the log. @throws EventsRefused with the hub's own words */
export async function readPage(hub: HubAddress, query: EventQuery, signal?: AbortSignal): Promise<Page> {
  const answer = await ask(hub, '/api/events', query, signal);
  return Page.parse(await answer.json());
}

export interface TailOptions {
  print(event: CloudEvent): void | Promise<void>;
  /** Called when the hub cannot be reached; the tail goes on. */
  onBreak(why: string): void;
  /** Stay at the end of the log; without it the tail ends there. */
  follow: boolean;
  signal: AbortSignal;
}

/** Prints what lies after a position, in order, each event once; with `follow` for as long as nobody stops it. */
export async function tailEvents(hub: HubAddress, query: EventQuery, options: TailOptions): Promise<void> {
  const { print, onBreak, follow, signal } = options;
  let after = query.after;
  if (!follow) {
    for (;;) {
      const page = await readPage(hub, { ...query, after, limit: 500 }, signal);
      for (const event of page.events) await print(event);
      after = page.position;
      if (page.position >= page.head || signal.aborted) return;
    }
  }
  for (let failures = 0; !signal.aborted; ) {
    try {
      const answer = await ask(hub, '/api/stream', { ...query, after }, signal);
      failures = 0;
      for await (const { id, data } of serverSentEvents(answer.body!)) {
        if (data !== null) await print(CloudEvent.parse(JSON.parse(data)));
        if (id !== null) after = Number(id);
      }
      throw new Error('the stream ended');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EventsRefused) throw error;
      failures += 1;
      if (failures === 2) onBreak(error instanceof Error ? error.message : String(error));
      await delay(Math.min(250 * 2 ** failures, 10_000), undefined, { signal }).catch(() => {});
    }
  }
}

async function ask(
  hub: HubAddress,
  path: string,
  query: EventQuery,
  signal?: AbortSignal,
): Promise<Response> {
  const url = new URL(path, hub.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = { 'accept-language': 'en' };
  if (hub.token) headers.authorization = `Bearer ${hub.token}`;
  const answer = await fetch(url, { headers, signal }).catch((error: Error) => {
    if (signal?.aborted) throw error;
    const { code } = (error.cause ?? {}) as { code?: string };
    throw new Error(`${url.origin} does not answer (${code ?? error.message})`);
  });
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => null)) as {
    rejection?: { text?: string };
    detail?: string;
  } | null;
  const text = said?.rejection?.text ?? said?.detail ?? `HTTP ${answer.status}`;
  // A server that starts or is overloaded will answer later.
  if (answer.status >= 500 || answer.status === 429) throw new Error(text);
  throw new EventsRefused(text);
}

/** Blocks of a server-sent event stream; a block may carry a position alone (heartbeat). */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ id: string | null; data: string | null }> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    rest += text;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
      yield { id: field('id'), data: field('data') };
    }
  }
}
