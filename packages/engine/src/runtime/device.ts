// What every backend offers: compile a traced step, bind it to memory once, run it many times.

import type { Launch } from '../schedule/launch.ts';
import type { CompileOptions, Program, Trace } from '../schedule/program.ts';

export interface Device {
  readonly name: string;
  compile(trace: Trace, options?: CompileOptions): Executable;
  dispose(): void;
}

export interface LaunchProfile {
  readonly symbol: string;
  readonly milliseconds: number;
  readonly flops: number;
  /** Bytes of the launch's operands and results, each counted once. */
  readonly bytes: number;
  /** True in the part of a program that `accumulate` repeats. */
  readonly repeated: boolean;
}

/** What a program says about its launches when it is timed, without the times. */
export const profileOf = (
  {
    launches,
    accumulation,
  }: Pick<Program, 'accumulation'> & { readonly launches: readonly ProfiledLaunch[] },
  milliseconds: (launch: number) => number,
): LaunchProfile[] =>
  launches.map(({ symbol, flops, bytes = 0 }, i) => ({
    ...{ symbol, milliseconds: milliseconds(i), flops, bytes, repeated: i < (accumulation?.launches ?? 0) },
  }));

type ProfiledLaunch = Pick<Launch, 'symbol' | 'flops' | 'bytes'>;

export interface Executable {
  /** Writes a param. Lengths must match its element count; bool and i32 take Int32Array. */
  write(param: string, values: Float32Array | Int32Array): void;
  /** Whether the program reads a param of this name. */
  has(param: string): boolean;
  /** The current value of a param or, after a run, of an output. */
  read(name: string): Float32Array;
  /**
   * Of a program with accumulators, one more turn of the part that makes them; they begin at zero after every `run`.
   * Throws for a program without.
   */
  accumulate(): void;
  /** One synchronous step; with accumulators, their last turn and then all else. */
  run(): void;
  /** Everything a run does except the kernels' own work, for measuring what launching costs. */
  dryRun?(): void;
  /** Size of the arena in bytes. */
  readonly arenaBytes: number;
  readonly launchCount: number;
  /** Runs once and reports the time of every launch. */
  profile(): LaunchProfile[];
  /** Overwrites temporary memory with NaN, so that reads of unwritten memory show. */
  poison(): void;
  dispose(): void;
}

export const NO_ACCUMULATORS = 'the program has no accumulators';

/** The backend cannot work on this machine; the message says what to install. */
export class DeviceUnavailable extends Error {
  override name = 'DeviceUnavailable';
}
