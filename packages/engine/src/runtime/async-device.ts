// Devices whose results come back later: a GPU behind a queue. Writing and running only enqueue; reading waits.
// The shape is that of device.ts with promises where the hardware demands them and nowhere else.

import type { CompileOptions, Trace } from '../schedule/program.ts';
import type { LaunchProfile } from './device.ts';

export interface AsyncDevice {
  readonly name: string;
  /** What a person calls the hardware, for reports. */
  readonly description: string;
  /** True for a device that computes on the CPU: right, and far too slow to measure. */
  readonly isSoftware: boolean;
  compile(trace: Trace, options?: CompileOptions): Promise<AsyncExecutable>;
  /** Settles with one line when the device is gone; never otherwise. */
  readonly lost: Promise<string>;
  dispose(): void;
}

export interface AsyncExecutable {
  /** Enqueues new values of a param. Lengths must match its element count; bool and i32 take Int32Array. */
  write(param: string, values: Float32Array | Int32Array): void;
  has(param: string): boolean;
  /** Enqueues one more turn of the part that makes the accumulators, as Executable's. */
  accumulate(): void;
  /** Enqueues one step. */
  run(): void;
  /** Enqueues one step and the reading of these outputs or params in the same submission. */
  runAndRead(names: readonly string[]): Promise<Float32Array[]>;
  /** The value that a param or output has after everything enqueued so far. */
  read(name: string): Promise<Float32Array>;
  /** Resolves when everything enqueued so far has been computed. */
  idle(): Promise<void>;
  readonly arenaBytes: number;
  readonly launchCount: number;
  /** Runs once and reports the device time of every launch; rejects where the device has no timer. */
  profile(): Promise<LaunchProfile[]>;
  /** Overwrites temporary memory with NaN, so that reads of unwritten memory show. */
  poison(): void;
  dispose(): void;
}
