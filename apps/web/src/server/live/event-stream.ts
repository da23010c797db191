import { processWide } from '../process-wide.ts';

/** One frame of a server-sent event stream (HTML standard, section 9.2). */
export function frame(data: unknown, options: { id?: string | number; event?: string } = {}): string {
  const id = options.id === undefined ? '' : `id: ${options.id}\n`;
  const event = options.event === undefined ? '' : `event: ${options.event}\n`;
  return `${id}${event}data: ${JSON.stringify(data)}\n\n`;
}

export const heartbeat = ': still here\n\n';
export const heartbeatMs = 15_000;

/** So many streams one process holds open; each costs a socket. */
const mostOpen = 4000;
const open = processWide('open-streams', () => ({ count: 0 }));

/** Answers with what `frames` yields. The stream is pulled, so a slow reader slows its own producer and nobody else's. */
export function eventStreamResponse(
  request: Request,
  frames: (signal: AbortSignal) => AsyncGenerator<string | Uint8Array>,
): Response {
  if (open().count >= mostOpen) {
    const text = 'too many open streams; come back in a minute';
    return new Response(text, { status: 503, headers: { 'retry-after': '60' } });
  }
  open().count += 1;
  const gone = new AbortController();
  const generator = frames(gone.signal);
  const end = () => {
    open().count -= 1;
    void generator.return(undefined).catch(() => {}); // what the frames hold, such as a subscription, is given up
  };
  gone.signal.addEventListener('abort', end, { once: true });
  request.signal.addEventListener('abort', () => gone.abort(), { once: true });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('retry: 3000\n\n')),
    async pull(controller) {
      const { done, value } = await generator.next().catch((error: unknown) => {
        gone.abort();
        throw error;
      });
      if (done || gone.signal.aborted) {
        gone.abort();
        controller.close();
      } else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
