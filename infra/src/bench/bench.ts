/** Which way a figure improves: a rate wants more, a time or a size wants less. */
export type Better = 'more' | 'less';

/**
 * One comparison. `ours` and `theirs` each do the whole measured work once and return the figure in `unit`;
 * the harness calls them in turn, so both sides see the same machine.
 */
export interface BenchCase {
  readonly case: string;
  /** Name and version of the peer; null where an absolute figure is asked. */
  readonly peer: string | null;
  readonly unit: string;
  readonly better: Better;
  ours(): number | Promise<number>;
  /** Absent when the case has no peer, or when the peer could not be installed (then say why in `missing`). */
  theirs?(): number | Promise<number>;
  /** Why the peer is not here and how to get it; such a case is never ok. */
  readonly missing?: string;
  /** True when both sides computed the same thing (or, without a peer, the right thing). Called after the pairs. */
  verify(): boolean | Promise<boolean>;
  /** The figure in `unit` that the machine's bytes or operations allow; null where none was derived. */
  readonly floor?: number | null;
  /** Least ratio (or, without a peer, the bound on `ours`) that must hold, and the one we aim at. */
  readonly must?: number | null;
  readonly aim?: number | null;
  /** Interleaved pairs, at least 7. */
  readonly pairs?: number;
  /** One more sentence for the reader, such as how the floor was counted. */
  readonly note?: string | (() => string);
  close?(): void | Promise<void>;
}

export interface BenchOptions {
  /** True under `--quick`: the whole bench must stay under 60 s, by smaller inputs and never by fewer pairs. */
  readonly quick: boolean;
  /** An empty folder that is deleted afterwards. */
  readonly scratch: string;
  /** A line of progress for a person. */
  progress(line: string): void;
}

/** A file `benches/NAME.ts` exports one of these as `bench`. Cases are made one after another, each run before the next is made. */
export interface Bench {
  readonly about: string;
  cases(options: BenchOptions): AsyncIterable<BenchCase>;
}

export interface CaseResult {
  readonly case: string;
  readonly peer: string | null;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number | null;
  readonly floor: number | null;
  /** Ours over theirs where more is better, theirs over ours where less is: above 1 means that we are better. */
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly must: number | null;
  readonly aim: number | null;
  readonly verified: boolean;
  readonly ok: boolean;
  readonly note?: string;
}

export interface BenchResult {
  readonly bench: string;
  readonly commit: string;
  readonly machine: string;
  readonly date: string;
  readonly cases: readonly CaseResult[];
  readonly ok: boolean;
}
