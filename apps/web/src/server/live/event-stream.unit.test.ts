import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { eventStreamResponse } from './event-stream.ts';

/** A request whose reader can go away, and frames that note when they were given up. */
function reader() {
  const page = new AbortController();
  const ended = vi.fn();
  async function* frames(signal: AbortSignal): AsyncGenerator<string> {
    try {
      for (;;) {
        yield 'data: 1\n\n';
        if (!signal.aborted) await once(signal, 'abort');
      }
    } finally {
      ended();
    }
  }
  const request = new Request('http://127.0.0.1/stream', { signal: page.signal });
  return { page, ended, body: () => eventStreamResponse(request, frames).body!.getReader() };
}

test('a reader that goes away while nothing happens leaves nothing behind', async () => {
  const { page, ended, body } = reader();
  const stream = body();
  await stream.read(); // how soon to come again
  await stream.read();
  const next = stream.read();
  page.abort();
  await next;
  await expect.poll(() => ended).toHaveBeenCalledOnce();
});

test('so does one that takes nothing, and one that closes the stream itself', async () => {
  const slow = reader();
  await slow.body().read();
  slow.page.abort();
  await expect.poll(() => slow.ended).toHaveBeenCalledOnce();
  const closing = reader();
  const stream = closing.body();
  await stream.read();
  await stream.cancel();
  await expect.poll(() => closing.ended).toHaveBeenCalledOnce();
});

test('streams that broke do not count as open', async () => {
  async function* broken(): AsyncGenerator<string> {
    yield* [];
    throw new Error('the database is away');
  }
  for (let i = 0; i < 4001; i++) {
    const answer = eventStreamResponse(new Request('http://127.0.0.1/stream'), broken);
    expect(answer.status).toBe(200);
    const stream = answer.body!.getReader();
    await stream.read();
    await expect(stream.read()).rejects.toThrow('the database is away');
  }
});
