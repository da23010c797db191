import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CloudEvent, fromCloudEvent, toCloudEvent } from './cloud-event.ts';
import { streamTypes } from './events/define.ts';
import { EventEnvelope } from './events/registry.ts';

const envelope = fc.record({
  position: fc.integer({ min: 1, max: 2 ** 50 }),
  eventId: fc.uuid(),
  streamType: fc.constantFrom(...streamTypes),
  streamId: fc.uuid(),
  version: fc.integer({ min: 1, max: 1e9 }),
  type: fc.stringMatching(/^[A-Z][A-Za-z]{0,30}$/),
  schemaVersion: fc.integer({ min: 1, max: 99 }),
  data: fc.dictionary(fc.string(), fc.jsonValue()),
  traceparent: fc.option(fc.stringMatching(/^[0-9a-f]{8}$/), { nil: null }),
  at: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  hash: fc.stringMatching(/^[0-9a-f]{64}$/),
});

it('a CloudEvent loses nothing of the envelope and is valid', () => {
  fc.assert(
    fc.property(envelope, (one) => {
      const event = toCloudEvent(EventEnvelope.parse(one), '/hub');
      expect(CloudEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(JSON.parse(JSON.stringify(event)));
      expect(fromCloudEvent(event)).toEqual(one);
    }),
  );
});

it('names its attributes as CloudEvents 1.0 asks: lower-case letters and digits only', () => {
  for (const name of Object.keys(CloudEvent.shape)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
});
