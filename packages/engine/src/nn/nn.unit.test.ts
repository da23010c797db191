import { describe, expect, it } from 'vitest';
import { normals, philox } from './rng.ts';
import { learningRate } from './schedule.ts';

describe('philox', () => {
  // The known answers published with Random123 for philox4x32-10.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('has the published answer for counter %j', (counter, key, want) => {
    expect(philox(counter, key)).toEqual(want);
  });
});

describe('initial values', () => {
  it('are a function of seed and name alone', () => {
    expect(normals(1, 'a', 10, 1)).toEqual(normals(1, 'a', 10, 1));
    expect(normals(1, 'a', 10, 1)).toEqual(normals(1, 'a', 99, 1).subarray(0, 10));
    expect(normals(1, 'a', 10, 1)).not.toEqual(normals(2, 'a', 10, 1));
    expect(normals(1, 'a', 10, 1)).not.toEqual(normals(1, 'b', 10, 1));
    expect(normals(2 ** 40 + 1, 'a', 10, 1)).not.toEqual(normals(1, 'a', 10, 1));
  });

  it('are normal with the asked deviation', () => {
    const x = normals(7, 'w', 40_000, 0.02);
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const deviation = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length);
    const kurtosis = x.reduce((a, b) => a + ((b - mean) / deviation) ** 4, 0) / x.length;
    expect(Math.abs(mean)).toBeLessThan(5e-4);
    expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.02);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);
  });
});

describe('learning rate', () => {
  const schedule = { warmupSteps: 10, totalSteps: 110 };
  it('rises linearly, is at its peak after warm-up, halves the way down at the middle, ends at a tenth', () => {
    expect(learningRate(1, schedule, 1)).toBeCloseTo(0.1, 12);
    expect(learningRate(1, schedule, 10)).toBe(1);
    expect(learningRate(1, schedule, 60)).toBeCloseTo(0.55, 12);
    expect(learningRate(1, schedule, 110)).toBeCloseTo(0.1, 12);
    expect(learningRate(1, schedule, 500)).toBeCloseTo(0.1, 12);
  });
});
