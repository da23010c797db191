// Seeded choices for tests: one counter-based stream per seed, so a failing seed is a full report.

import { philox, uniform } from '../nn/rng.ts';

export interface Random {
  /** Uniform in (low, high). */
  real(low: number, high: number): number;
  /** Integer in [0, below). */
  int(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** Size of an axis: one, odd, around a vector's width. */
  size(): number;
}

const SIZES = [1, 1, 2, 3, 5, 7, 16, 17, 33];

export function random(seed: number): Random {
  let counter = 0;
  const next = () => uniform(philox([counter++, 0, 0, 0], [seed, 77])[0]);
  const int = (below: number) => Math.floor(next() * below);
  return {
    real: (low, high) => low + (high - low) * next(),
    int,
    pick: (items) => items[int(items.length)],
    size: () => SIZES[int(SIZES.length)],
  };
}
