import { expect, test } from 'vitest';
import { readEvents } from './read-events.ts';

async function read(...chunks: string[]) {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  const events = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

test('events arrive whole however the bytes were cut', async () => {
  expect(
    await read('event: to', 'ken\ndata: {"text":"日', '本"}\n', '\nevent: done\r\ndata: {}\r\n\r\n'),
  ).toEqual([
    { event: 'token', data: '{"text":"日本"}' },
    { event: 'done', data: '{}' },
  ]);
});

test('comments and an unfinished last event are passed over', async () => {
  expect(await read(': beat\n\ndata: a\ndata: b\n\ndata: cut')).toEqual([{ event: 'message', data: 'a\nb' }]);
});
