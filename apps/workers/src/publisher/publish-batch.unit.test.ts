import type { JetStreamClient } from '@nats-io/jetstream';
import type { PublicEvent } from '@tsudoi/hub';
import { CloudEvent, type EventEnvelope, toCloudEvent } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { publishBatch } from './publish-batch.ts';

function event(position: number, data: unknown): PublicEvent {
  const envelope: EventEnvelope = {
    ...{ position, eventId: crypto.randomUUID(), streamType: 'group', streamId: crypto.randomUUID() },
    ...{ version: 1, type: 'GroupFilled', schemaVersion: 1, data, traceparent: null },
    ...{ at: '2026-11-22T00:00:00.000Z', hash: 'a'.repeat(64) },
  };
  return { envelope, group: null, cloudEvent: toCloudEvent(envelope, { source: '/', group: null }) };
}

/** Takes messages as the server does: each only behind the one that it names. */
function server(refuse: (sequence: number) => boolean = () => false) {
  const stored: { subject: string; text: string }[] = [];
  const publish = async (
    subject: string,
    text: string,
    options: { expect: { lastSequence: number } },
  ): Promise<{ seq: number }> => {
    const sequence = stored.length + 1;
    if (options.expect.lastSequence !== stored.length || refuse(sequence))
      throw new Error(`wrong last sequence: ${stored.length}`);
    stored.push({ subject, text });
    return { seq: sequence };
  };
  return { stored, client: { publish } as unknown as JetStreamClient };
}

test('an event too large for a message keeps its place and goes out without its content', async () => {
  const { stored, client } = server();
  const batch = [event(1, { small: 1 }), event(2, { text: 'あ'.repeat(400_000) }), event(3, { small: 3 })];
  expect(await publishBatch(client, batch)).toEqual({ stored: 3, error: null });
  const sent = stored.map(({ text }) => CloudEvent.parse(JSON.parse(text)));
  expect(sent.map(({ position, data }) => [position, data])).toEqual([
    [1, { small: 1 }],
    [2, null],
    [3, { small: 3 }],
  ]);
  for (const { text } of stored) expect(Buffer.byteLength(text)).toBeLessThan(512 * 1024);
});

test('what is stored is a beginning of the batch: behind a refused event nothing is counted', async () => {
  const { client } = server((sequence) => sequence === 2);
  const answer = await publishBatch(client, [event(1, 1), event(2, 2), event(3, 3)]);
  expect([answer.stored, String(answer.error)]).toEqual([1, 'Error: wrong last sequence: 1']);
});
