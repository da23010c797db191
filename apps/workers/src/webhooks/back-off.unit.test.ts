import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patient, waitAfter } from './back-off.ts';

test('waits double, never shorter than half of that, never longer than six hours', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const wait = waitAfter(failures, patient, { chance, retryAfter: null });
        const whole = Math.min(6 * 3_600_000, 5000 * 2 ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      },
    ),
  );
});

test('a receiver may ask for more time, up to an hour', () => {
  expect(waitAfter(1, patient, { chance: 0, retryAfter: 60 })).toBe(60_000);
  expect(waitAfter(1, patient, { chance: 0, retryAfter: 1e9 })).toBe(3_600_000);
});

test('a receiver that is away for a day is not given up', () => {
  let waited = 0;
  for (let failures = 1; failures < patient.failuresAllowed; failures++) {
    waited += waitAfter(failures, patient, { chance: 0.999, retryAfter: null });
  }
  expect(waited).toBeGreaterThan(24 * 3_600_000);
});
