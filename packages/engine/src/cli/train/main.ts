// `npm run train` apart from the process it runs in: options, modes, exit codes.

import { parseArgs } from 'node:util';
import { Rejection } from '@tsudoi/schema';
import { GgufError } from '../../io/gguf/format.ts';
import { SafetensorsError } from '../../io/safetensors.ts';
import { UnsupportedConfig } from '../../models/config.ts';
import { DeviceUnavailable } from '../../runtime/device.ts';
import { TokenizerError } from '../../tokenizer/index.ts';
import { DataError } from '../../train/local-data.ts';
import { OutOfMemory } from '../../train/memory.ts';
import { type DeviceName, deviceNames } from '../../train/open-trainer.ts';
import { printKernelTable } from '../../train/profile-report.ts';
import { TrainingDiverged } from '../../train/run.ts';
import { plan, printPlan } from './plan.ts';
import { profile } from './profile.ts';
import { RecipeError } from './recipe.ts';
import { train } from './train.ts';

const usage = `usage: npm run -s train -- RECIPE.json [--resume | --plan | --profile] [--device cpu|webgpu|cuda] [--threads N] [--json]

Trains a model from text files or packed shards, without a hub. Writes checkpoint.safetensors, loss.svg, metrics.json
and model/ (which transformers loads) into the recipe's "out". Ctrl-C keeps a checkpoint.

  --resume    goes on from the checkpoint with the same bits as if it had never stopped
  --plan      measures a few steps and says what this machine can train by when
  --profile   writes trace.json (chrome://tracing, Perfetto) and prints the kernels against the machine's roof
  --json      one JSON object on stdout

Ready recipes are in recipes/.`;

class UsageError extends Error {}

function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function options(args: string[]) {
  const boolean = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const flags = { resume: boolean, plan: boolean, profile: boolean, json: boolean, help: boolean };
  const known = { ...flags, device: { ...text, default: 'cpu' }, threads: text };
  const { values, positionals } = asUsage(() => parseArgs({ args, allowPositionals: true, options: known }));
  if (!deviceNames.includes(values.device as DeviceName)) {
    throw new UsageError(`--device is one of ${deviceNames.join(', ')}, not "${values.device}"`);
  }
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new UsageError(`--threads is a positive integer, not "${values.threads}"`);
  }
  if ([values.resume, values.plan, values.profile].filter(Boolean).length > 1) {
    throw new UsageError('--resume, --plan and --profile exclude each other');
  }
  return { ...values, threads, device: values.device as DeviceName, positionals };
}

/** Where a call's words go, and what stops it. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a line on `err` can be written over. */
  readonly rewrites: boolean;
  /** Calls `stop` when the person interrupts. */
  onInterrupt(stop: () => void): void;
}

/** One line that is written over where that can be; elsewhere every tenth. */
function statusLine({ err, rewrites }: Terminal) {
  let shown = 0;
  return (line: string, last: boolean) => {
    if (rewrites) err(`\r\u001b[K${line}${last ? '\n' : ''}`);
    else if (last || shown++ % 10 === 0) err(`${line}\n`);
  };
}

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const o = options([...args]);
  const print = (value: unknown, text: string) => terminal.out(`${o.json ? JSON.stringify(value) : text}\n`);
  if (o.help) {
    terminal.out(`${usage}\n`);
    return;
  }
  if (o.positionals.length !== 1) throw new UsageError(usage);
  const note = (line: string) => terminal.err(`${line}\n`);
  const settings = { path: o.positionals[0], device: o.device, threads: o.threads, note };
  if (o.plan) {
    const planned = await plan(settings);
    print(planned, printPlan(planned, new Date()));
    return;
  }
  if (o.profile) {
    const result = await profile(settings);
    print(result, `${printKernelTable(result.rows, result.roof)}\ntrace: ${result.trace}`);
    return;
  }
  const stop = new AbortController();
  terminal.onInterrupt(() => stop.abort(new Stopped('stopped; go on with --resume')));
  const status = statusLine(terminal);
  const result = await train({ ...settings, resume: o.resume, signal: stop.signal, status });
  print(result, `${result.out}: loss ${result.loss.toFixed(4)} after ${result.steps} steps`);
}

class Stopped extends Error {}

const EXPECTED = [
  RecipeError,
  DataError,
  OutOfMemory,
  TrainingDiverged,
  DeviceUnavailable,
  UnsupportedConfig,
];
const ALSO = [SafetensorsError, GgufError, TokenizerError, Rejection, Stopped];

/** Runs one call. Returns the exit code: 0 done, 1 it failed, 2 called wrongly. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await run(args, terminal);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const isFile = ['ENOENT', 'EISDIR', 'EACCES', 'ENOSPC'].includes(
      (error as NodeJS.ErrnoException).code ?? '',
    );
    const isExpected = isUsage || isFile || [...EXPECTED, ...ALSO].some((kind) => error instanceof kind);
    terminal.err(`${isExpected ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
    return isUsage ? 2 : 1;
  }
}
