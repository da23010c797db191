import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { interpret } from '../core/ref.ts';
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

describe('orthogonalize', () => {
  it.each([
    [5, 9],
    [9, 5],
    [7, 7],
  ])('brings the singular values of a %i x %i matrix between 0.6 and 1.3', (m, n) => {
    const b = new GraphBuilder();
    const data = Float64Array.from(normals(3, 'x', m * n, 1));
    const x = b.param('x', [m, n]);
    const y = b.apply('orthogonalize', [x], { steps: 5 });
    const wide = m <= n;
    const gram = b.matmul(y, y, wide ? { tb: true } : { ta: true });
    const values = new Map([['x', { shape: [m, n], dtype: 'f32' as const, data }]]);
    const k = Math.min(m, n);
    const [got] = interpret([gram], values, {});
    // Gershgorin: the eigenvalues of the Gram matrix lie around its diagonal.
    const trace = Array.from({ length: k }, (_, i) => got.data[i * k + i]);
    expect(Math.min(...trace)).toBeGreaterThan(0.36);
    expect(Math.max(...trace)).toBeLessThan(1.69);
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
  it('linear falls on a line; wsd stays at its peak, then falls as one minus a root to its floor', () => {
    const linear = { kind: 'linear', warmupSteps: 10, totalSteps: 110, finalFraction: 0 } as const;
    expect([10, 60, 110, 200].map((step) => learningRate(1, linear, step))).toEqual([1, 0.5, 0, 0]);
    const wsd = { kind: 'wsd', warmupSteps: 10, totalSteps: 200, decaySteps: 100, finalFraction: 0 } as const;
    expect([5, 10, 100, 125, 200].map((step) => learningRate(1, wsd, step))).toEqual([0.5, 1, 1, 0.5, 0]);
    expect(learningRate(1, { ...wsd, decay: 'linear' }, 125)).toBe(0.75);
    expect(learningRate(1, { kind: 'wsd', warmupSteps: 0, totalSteps: 100 }, 90)).toBe(1);
  });

  const schedule = { warmupSteps: 10, totalSteps: 110 };
  it('rises linearly, is at its peak after warm-up, halves the way down at the middle, ends at a tenth', () => {
    expect(learningRate(1, schedule, 1)).toBeCloseTo(0.1, 12);
    expect(learningRate(1, schedule, 10)).toBe(1);
    expect(learningRate(1, schedule, 60)).toBeCloseTo(0.55, 12);
    expect(learningRate(1, schedule, 110)).toBeCloseTo(0.1, 12);
    expect(learningRate(1, schedule, 500)).toBeCloseTo(0.1, 12);
  });
});
