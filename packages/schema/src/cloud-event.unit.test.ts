import { expect, test } from 'vitest';
import { CloudEvent, toCloudEvent } from './cloud-event.ts';
import frozen from './events/fixtures.json' with { type: 'json' };
import { type EventEnvelope, eventDefinition } from './events/registry.ts';

const hub = { source: 'https://hub.example.org', group: 'corpus' };

function envelope(type: string, schemaVersion: number, data: unknown): EventEnvelope {
  return {
    position: 7,
    eventId: '018f0000-0000-7000-8000-0000000000aa',
    streamType: eventDefinition(type).stream,
    streamId: '018f0000-0000-7000-8000-0000000000bb',
    version: 3,
    type,
    schemaVersion,
    data,
    traceparent: null,
    at: '2026-11-22T00:00:00.000Z',
    hash: 'a'.repeat(64),
  };
}

test.each(frozen)('$type $schemaVersion becomes a valid CloudEvent of the newest shape', (one) => {
  const event = toCloudEvent(envelope(one.type, one.schemaVersion, one.data), hub);
  expect(CloudEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  expect(event).toMatchObject({
    position: 7,
    subject: '018f0000-0000-7000-8000-0000000000bb',
    group: 'corpus',
  });
  const { version, data } = eventDefinition(one.type);
  expect(event.schemaversion).toBe(version);
  if (event.data !== null) expect(() => data.parse(event.data)).not.toThrow();
});

test('where webhooks go, what subscriptions and tokens are called is in no event that leaves the hub', () => {
  const closed = frozen.filter(
    ({ type, schemaVersion, data }) => toCloudEvent(envelope(type, schemaVersion, data), hub).data === null,
  );
  const kinds = new Set(closed.map(({ type }) => eventDefinition(type).stream));
  expect([...kinds].sort()).toEqual(['person', 'subscription', 'webhook']);
  expect(closed.map(({ type }) => type)).toContain('TokenIssued');
});

test('an event of a newer release goes out as it is', () => {
  const newer = { ...envelope('JobQueued', 99, { more: 1 }), group: null };
  const event = toCloudEvent(newer, { source: '/', group: null });
  expect(event).toMatchObject({ schemaversion: 99, data: { more: 1 } });
  expect(event).not.toHaveProperty('group');
});

test('names its attributes as CloudEvents 1.0 asks: lower-case letters and digits only', () => {
  for (const name of Object.keys(CloudEvent.shape)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
});
