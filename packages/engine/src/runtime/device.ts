// What every backend offers: compile a traced step, bind it to memory once, run it many times.

import type { CompileOptions, Trace } from '../schedule/program.ts';

export interface Device {
  readonly name: string;
  compile(trace: Trace, options?: CompileOptions): Executable;
  dispose(): void;
}

export interface LaunchProfile {
  readonly symbol: string;
  readonly milliseconds: number;
  readonly flops: number;
}

export interface Executable {
  /** Writes a param. Lengths must match its element count; bool and i32 take Int32Array. */
  write(param: string, values: Float32Array | Int32Array): void;
  /** Whether the program reads a param of this name. */
  has(param: string): boolean;
  /** The current value of a param or, after a run, of an output. */
  read(name: string): Float32Array;
  /** One synchronous step. */
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

/** The backend cannot work on this machine; the message says what to install. */
export class DeviceUnavailable extends Error {
  override name = 'DeviceUnavailable';
}
