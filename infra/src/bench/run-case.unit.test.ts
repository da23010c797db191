import { describe, expect, it } from 'vitest';
import type { BenchCase } from './bench.ts';
import { median, runCase } from './run-case.ts';

const sides = (order: string[]): BenchCase => ({
  case: 'a case',
  peer: 'peer 1.0',
  unit: 'MB/s',
  better: 'more',
  ours: () => order.push('ours') && 30,
  theirs: () => order.push('theirs') && 20,
  verify: () => true,
  must: 1.2,
});

describe('a bench compares two sides fairly', () => {
  it('warms both up, then alternates which goes first over at least 7 pairs', async () => {
    const order: string[] = [];
    const result = await runCase({ ...sides(order), pairs: 3 });
    expect(order).toHaveLength(2 + 14);
    expect(order.slice(2, 6)).toEqual(['ours', 'theirs', 'theirs', 'ours']);
    expect(result).toMatchObject({ ours: 30, theirs: 20, ratio: 1.5, low: 1.5, high: 1.5, ok: true });
  });

  it('turns the ratio round where less is better, so above 1 always means that we are better', async () => {
    const result = await runCase({ ...sides([]), unit: 's', better: 'less' });
    expect(result.ratio).toBeCloseTo(0.6667);
    expect(result.ok).toBe(false);
  });

  it('is not ok when the two sides computed different things, however quick we were', async () => {
    expect((await runCase({ ...sides([]), verify: () => false })).ok).toBe(false);
  });

  it('is not ok when the peer is missing, and says how to get it', async () => {
    const result = await runCase({ ...sides([]), theirs: undefined, missing: 'install peer 1.0' });
    expect(result).toMatchObject({ theirs: null, ratio: null, ok: false, note: 'install peer 1.0' });
  });

  it('holds an absolute figure against its bound when no peer is asked', async () => {
    const absolute = { ...sides([]), peer: null, theirs: undefined };
    expect((await runCase({ ...absolute, must: 30 })).ok).toBe(true);
    expect((await runCase({ ...absolute, must: 31 })).ok).toBe(false);
    expect((await runCase({ ...absolute, better: 'less', must: 29 })).ok).toBe(false);
  });

  it('closes the case even when a side throws', async () => {
    let closed = false;
    const failing: BenchCase = {
      ...sides([]),
      ours: () => {
        throw new Error('lost');
      },
      close: () => {
        closed = true;
      },
    };
    await expect(runCase(failing)).rejects.toThrow('lost');
    expect(closed).toBe(true);
  });

  it('takes the mean of the two middle values of an even count', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
