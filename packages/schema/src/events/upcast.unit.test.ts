import { expect, test } from 'vitest';
import { z } from 'zod';
import { event } from './define.ts';
import { liftEventData, UnknownEventType } from './registry.ts';

const shape = { minutes: z.int(), note: z.string() };
const sample = event('job', 'Sample', 3, shape, {
  1: (data) => ({ minutes: (data as { hours: number }).hours * 60 }),
  2: (data) => ({ ...(data as object), note: '' }),
});

test('each stored version is lifted step by step to the newest one', () => {
  expect(liftEventData(sample, 1, { hours: 2 })).toEqual({ minutes: 120, note: '' });
  expect(liftEventData(sample, 2, { minutes: 5 })).toEqual({ minutes: 5, note: '' });
  expect(liftEventData(sample, 3, { minutes: 5, note: 'x' })).toEqual({ minutes: 5, note: 'x' });
});

test('a version of the future is refused as unknown, and a missing step is named', () => {
  expect(() => liftEventData(sample, 4, {})).toThrow(UnknownEventType);
  const gap = event('job', 'Gap', 2, shape);
  expect(() => liftEventData(gap, 1, {})).toThrow('event Gap has no upcast from version 1');
});
