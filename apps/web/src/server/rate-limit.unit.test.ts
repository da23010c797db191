import { Rejection } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

function limited(call: () => void): number | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof Rejection && error.code === 'rate.limited') return Number(error.params.seconds);
    throw error;
  }
}

test('a burst passes, then the wait is named, then calls pass again; others are not concerned', () => {
  let now = 0;
  const limit = new RateLimit({ burst: 2, everyMs: 10_000, now: () => now });
  expect([1, 2, 3].map(() => limited(() => limit.take('a')))).toEqual([null, null, 10]);
  expect(limited(() => limit.take('b'))).toBeNull();
  now = 4000;
  expect(limited(() => limit.take('a'))).toBe(6);
  now = 10_000;
  expect([1, 2].map(() => limited(() => limit.take('a')))).toEqual([null, 10]);
});
