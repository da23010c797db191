import type { Stats } from '@tsudoi/schema';

/** One input file of a plan; a rank works on whole units, so what a unit gives does not depend on how many ranks there are. */
export interface Unit {
  readonly index: number;
  readonly path: string;
}

/**
 * Shard-local work: a function of one input file and the settings to files in a folder. Everything that decides a byte
 * of the output stands in `settings` (plain JSON) or `version`, both of which are part of the plan.
 */
export interface Task<Settings = unknown> {
  readonly name: string;
  /** Raised whenever equal inputs and settings would give other bytes. */
  readonly version: number;
  /** @throws Error with one line, before anything is planned */
  parse(settings: unknown): Settings;
  run(unit: Unit, folder: string, settings: Settings): Promise<Stats>;
}

/** Sums of the numbers under each name; what is not a number must be equal everywhere or is left out. */
export function mergeStats(all: readonly Stats[]): Stats {
  const merged: Stats = {};
  const unequal = new Set<string>();
  for (const stats of all) {
    for (const [name, value] of Object.entries(stats)) {
      const before = merged[name];
      if (typeof value === 'number' && (before === undefined || typeof before === 'number'))
        merged[name] = (before ?? 0) + value;
      else if (before === undefined) merged[name] = value;
      else if (before !== value) unequal.add(name);
    }
  }
  for (const name of unequal) delete merged[name];
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
}
