import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serverSentEvents } from './server-sent-events.ts';

async function read(chunks: Uint8Array[]) {
  const events = [];
  for await (const event of serverSentEvents(
    (async function* () {
      yield* chunks;
    })(),
  ))
    events.push(event);
  return events;
}

const stream =
  'retry: 3000\n\n: still here\n\nevent: job\ndata: {"subject":"jobs.avail.ingest"}\n\ndata: ア\ndata: イ\n\n';

test('events come out the same wherever the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(stream);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), bytes.length];
      const chunks = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
      expect(await read(chunks)).toEqual([
        { event: 'job', data: '{"subject":"jobs.avail.ingest"}' },
        { event: 'message', data: 'ア\nイ' },
      ]);
    }),
  );
});

test('comments and the retry field ring nothing', async () => {
  expect(await read([new TextEncoder().encode('retry: 3000\n\n: still here\n\n')])).toEqual([]);
});
