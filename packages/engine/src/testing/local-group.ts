// A group of ranks inside one process, for tests: the sums are those of the launcher.

import { Gathering, type RankGroup } from '../train/ranks/group.ts';

export function localGroup(world: number): RankGroup[] {
  const gathering = new Gathering(world);
  const { signal } = new AbortController();
  let waiting: ((sum: Float32Array) => void)[] = [];
  return Array.from({ length: world }, (_, rank) => ({
    ...{ rank, world, signal },
    sum: (values: Float32Array) =>
      new Promise<Float32Array>((resolve, reject) => {
        waiting.push(resolve);
        try {
          const sum = gathering.add(rank, values);
          if (!sum) return;
          const all = waiting;
          waiting = [];
          for (const one of all) one(sum.slice());
        } catch (error) {
          reject(error);
        }
      }),
  }));
}
