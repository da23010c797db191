import { expect, test } from 'vitest';
import { Counter, rateLimitHeaders } from './allowance.ts';

const policy = { name: 'token', calls: 3, seconds: 60 };

test('calls pass until none is left; the headers say how many and how long; then a new window begins', () => {
  let now = 0;
  const counter = new Counter({ now: () => now });
  expect([1, 2, 3, 4].map(() => counter.take('a', policy).remaining)).toEqual([2, 1, 0, -1]);
  now = 20_500;
  expect(rateLimitHeaders(counter.take('a', policy))).toEqual({
    'ratelimit-policy': '"token";q=3;w=60',
    ratelimit: '"token";r=0;t=40',
    'retry-after': '40',
  });
  expect(counter.take('b', policy).remaining).toBe(2);
  now = 60_000;
  expect(counter.take('a', policy).remaining).toBe(2);
});

test('a batch that does not fit takes nothing, so that a smaller one still passes', () => {
  const counter = new Counter({ now: () => 0 });
  expect(counter.take('a', policy, 4).remaining).toBe(-1);
  expect(counter.take('a', policy, 3).remaining).toBe(0);
});

test('a hundred thousand made-up callers take no more room than the bound', () => {
  const counter = new Counter({ bound: 500, now: () => 0 });
  for (let i = 0; i < 100_000; i++) counter.take(`address ${i}`, policy);
  expect(counter.size).toBeGreaterThan(400);
  expect(counter.size).toBeLessThanOrEqual(500);
});
