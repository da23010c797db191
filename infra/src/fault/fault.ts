import type { Stage } from './stage.ts';

export interface Outcome {
  /** What does not hold, or null. */
  problem: string | null;
  seen: string;
  /** Why the fault cannot be provoked on this machine. */
  skipped?: string;
}

/** One thing that goes wrong, on real servers of its own, and what must hold all the same. */
export interface Fault {
  readonly name: string;
  /** What is done to the hub. */
  readonly fault: string;
  /** In words, what must hold afterwards. */
  readonly invariant: string;
  run(stage: Stage, progress: (line: string) => void): Promise<Outcome>;
}
