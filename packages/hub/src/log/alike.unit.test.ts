import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alike } from './alike.ts';

const event = fc.record({
  streamType: fc.constantFrom('person', 'group'),
  streamId: fc.constantFrom('1', '2', '3'),
  event: fc.record({ type: fc.constantFrom('a', 'b', 'c'), n: fc.integer() }),
});

test('groups hold every event once, one type each, and keep the order within each stream', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const groups = alike(events);
      const order = groups.flat();
      expect(new Set(order)).toEqual(new Set(events));
      expect(order).toHaveLength(events.length);
      for (const group of groups)
        expect(new Set(group.map((one) => `${one.streamType} ${one.event.type}`)).size).toBe(1);
      for (const { streamType, streamId } of events) {
        const ofStream = (one: { streamType: string; streamId: string }) =>
          one.streamType === streamType && one.streamId === streamId;
        expect(order.filter(ofStream)).toEqual(events.filter(ofStream));
      }
    }),
  );
});

test('one type in many streams is one group', () => {
  const joined = ['1', '2', '3'].flatMap((streamId) => [
    { streamType: 'person', streamId, event: { type: 'joined' } },
    { streamType: 'person', streamId, event: { type: 'granted' } },
  ]);
  expect(alike(joined).map((group) => group.length)).toEqual([3, 3]);
});
