// `npm run train` apart from the process it runs in: options, modes, exit codes.

import { availableParallelism } from 'node:os';
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
import { joinGroup } from '../../train/ranks/group.ts';
import { RankFailed } from '../../train/ranks/launch.ts';
import { TrainingDiverged } from '../../train/run.ts';
import { TokenOutsideVocabulary } from '../../train/tokens.ts';
import { wordsOf } from '../failure.ts';
import { plan, printPlan } from './plan.ts';
import { profile } from './profile.ts';
import { trainOnRanks } from './ranks.ts';
import { RecipeError } from './recipe.ts';
import { train } from './train.ts';

const usage = `usage: npm run -s train -- RECIPE.json [--resume | --plan | --profile] [--device cpu|webgpu|cuda]
         [--ranks N] [--threads N] [--json]

Trains a model from text files or packed shards, without a hub. Writes checkpoint.safetensors, loss.svg, metrics.json
and model/ (which transformers loads) into the recipe's "out". Ctrl-C and SIGTERM keep a checkpoint.

  --resume    goes on from the checkpoint with the same bits as if it had never stopped
  --plan      measures a few steps and says what this machine can train by when
  --profile   writes trace.json (chrome://tracing, Perfetto) and prints the kernels against the machine's roof
  --ranks     processes that share every step: with --device cuda one GPU each, through NCCL
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
  const known = { ...flags, device: { ...text, default: 'cpu' }, threads: text, ranks: text, rank: text };
  const { values, positionals } = asUsage(() => parseArgs({ args, allowPositionals: true, options: known }));
  if (!deviceNames.includes(values.device as DeviceName)) {
    throw new UsageError(`--device is one of ${deviceNames.join(', ')}, not "${values.device}"`);
  }
  const count = (name: 'threads' | 'ranks') => {
    const value = values[name] === undefined ? undefined : Number(values[name]);
    if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
    throw new UsageError(`--${name} is a positive integer, not "${values[name]}"`);
  };
  const [threads, ranks = 1] = [count('threads'), count('ranks')];
  if ([values.resume, values.plan, values.profile].filter(Boolean).length > 1) {
    throw new UsageError('--resume, --plan and --profile exclude each other');
  }
  if (ranks > 1 && (values.plan || values.profile || values.device === 'webgpu')) {
    throw new UsageError('--ranks trains on cpu or cuda; --plan and --profile measure one process');
  }
  // Given by the launcher of ranks, to each.
  const rank = values.rank === undefined ? undefined : Number(values.rank);
  return { ...values, threads, ranks, rank, device: values.device as DeviceName, positionals };
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
  // Of a group the first process speaks for all.
  const isSilent = o.rank !== undefined && o.rank > 0;
  const note = (line: string) => void (isSilent || terminal.err(`${line}\n`));
  const [path] = o.positionals;
  const threads = o.threads ?? Math.max(1, Math.floor(availableParallelism() / o.ranks));
  const settings = { path, device: o.device, threads, note };
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
  const stopped = () => new Stopped('stopped; go on with --resume');
  if (o.ranks > 1 && o.rank === undefined) {
    terminal.onInterrupt(() => stop.abort(stopped()));
    await trainOnRanks({ path, device: o.device, world: o.ranks, args, signal: stop.signal }, terminal);
    return;
  }
  const group = o.rank === undefined ? undefined : joinGroup(o.rank, o.ranks, stopped);
  if (!group) terminal.onInterrupt(() => stop.abort(stopped()));
  const status = isSilent ? () => {} : statusLine(terminal);
  try {
    const signal = group?.signal ?? stop.signal;
    const result = await train({ ...settings, resume: o.resume, signal, status, group });
    if (!isSilent) print(result, `${result.out}: loss ${result.loss.toFixed(4)} after ${result.steps} steps`);
  } finally {
    group?.leave();
  }
}

class Stopped extends Error {}

const EXPECTED = [
  UsageError,
  RecipeError,
  RankFailed,
  DataError,
  OutOfMemory,
  TrainingDiverged,
  DeviceUnavailable,
  UnsupportedConfig,
];
const ALSO = [SafetensorsError, GgufError, TokenizerError, TokenOutsideVocabulary, Rejection, Stopped];

/** Runs one call. Returns the exit code: 0 done, 1 it failed, 2 called wrongly. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await run(args, terminal);
    return 0;
  } catch (error) {
    terminal.err(`${wordsOf(error, [...EXPECTED, ...ALSO])}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
