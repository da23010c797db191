import type { Stage } from './stage.ts';

/** One thing that goes wrong, on real servers of its own, and what must hold all the same. */
export interface Fault {
  readonly name: string;
  /** What is done to the hub. */
  readonly fault: string;
  /** In words, what must hold afterwards. */
  readonly invariant: string;
  /** @returns what does not hold, or null; and what was seen */
  run(stage: Stage, progress: (line: string) => void): Promise<{ problem: string | null; seen: string }>;
}
