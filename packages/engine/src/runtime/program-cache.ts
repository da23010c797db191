// Keeps lowered programs on disk, so that a step that was compiled once starts in milliseconds. The key is the traced
// graph, the options and the text of the compiler itself: whatever decides a program's launches. Kernels travel as text
// and find their compiled objects through the compiler's own cache.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, topologicalOrder } from '../core/graph.ts';
import { sameShape } from '../core/shape.ts';
import type { Arg, Launch } from '../schedule/launch.ts';
import {
  type Accumulation,
  type CompileOptions,
  type Program,
  rootsOf,
  type Trace,
} from '../schedule/program.ts';
import { markUsed, prune, writeWhole } from './cache-folder.ts';

/** What is left of a program once it is only bound and run. */
export type RunnableProgram = Pick<
  Program,
  'kernels' | 'plan' | 'params' | 'outputs' | 'tables' | 'accumulation'
> & {
  readonly launches: readonly Pick<Launch, 'symbol' | 'args' | 'tasks' | 'scratch' | 'flops' | 'bytes'>[];
};

/** An argument: an integer, a float in a list of one, (buffer number, byte offset), or the symbol of a function. */
type StoredArg = number | readonly [number] | readonly [number, number] | string;

interface Stored {
  readonly buffers: readonly string[];
  readonly offsets: readonly number[];
  readonly sharedBytes: number;
  readonly temporaryStart: number;
  readonly size: number;
  readonly launches: readonly (readonly [
    symbol: string,
    tasks: number,
    scratch: number,
    flops: number,
    bytes: number,
    ...StoredArg[],
  ])[];
  readonly kernels: readonly (readonly [string, string])[];
  readonly params: readonly string[];
  readonly outputs: readonly (readonly [string, string])[];
  readonly accumulation?: Accumulation;
}

let compilerText: string | undefined | null;

/** Hash of the sources that turn a graph into launches; null where they are not files (a bundle). */
function compilerHash(): string | null {
  if (compilerText !== undefined) return compilerText;
  const hash = createHash('sha256');
  try {
    for (const folder of ['core', 'schedule', 'print', 'kernels']) {
      const base = new URL(`../${folder}/`, import.meta.url);
      const files = readdirSync(base, { recursive: true, withFileTypes: true });
      const paths = files
        .filter((f) => f.isFile() && !f.name.includes('.test.'))
        .map((f) => join(f.parentPath, f.name));
      for (const path of paths.sort()) hash.update(path).update(readFileSync(path));
    }
    compilerText = hash.digest('hex');
  } catch {
    compilerText = null;
  }
  return compilerText;
}

function keyOf(trace: Trace, options: CompileOptions, target: string, compiler: string): string {
  const order = topologicalOrder(rootsOf(trace));
  const number = new Map(order.map((node, i) => [node.id, i]));
  const nodes = order.map(
    (n) => `${n.op}(${n.inputs.map((x) => number.get(x.id))})${JSON.stringify(n.attrs)}`,
  );
  const roots = [trace.outputs, trace.updates, trace.accumulators].map((named) =>
    [...(named ?? [])].map(([name, node]) => [name, number.get(node.id)]),
  );
  const text = JSON.stringify([compiler, target, options, roots, nodes]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function paramsOf(trace: Trace): Map<string, Node> {
  const params = topologicalOrder(rootsOf(trace)).filter((n) => n.op === 'param');
  return new Map(params.map((n) => [n.attrs.name as string, n]));
}

function storeArg(arg: Arg, buffer: ReadonlyMap<string, number>): StoredArg {
  if (arg.kind === 'buffer') return [buffer.get(arg.buffer)!, arg.byteOffset];
  if (arg.kind === 'kernel') return arg.symbol;
  return arg.kind === 'int' ? arg.value : [arg.value];
}

/** The stored form, or undefined for a program that cannot be rebuilt from its trace. */
function toStored(program: Program, trace: Trace): Stored | undefined {
  const known = paramsOf(trace);
  const fits = [...program.params].every(([name, node]) => {
    const param = known.get(name);
    return param && sameShape(param.shape, node.shape) && param.dtype === node.dtype;
  });
  const tables = [...program.tables.keys()].every((name) => trace.builder.tables.has(name));
  const finite = program.launches.every((l) =>
    l.args.every((a) => a.kind === 'buffer' || a.kind === 'kernel' || Number.isFinite(a.value)),
  );
  if (!fits || !tables || !finite) return undefined;
  const placed = [...program.plan.offsets];
  const buffer = new Map(placed.map(([id], i) => [id, i]));
  return {
    buffers: placed.map(([id]) => id),
    offsets: placed.map(([, offset]) => offset),
    sharedBytes: program.plan.sharedBytes,
    temporaryStart: program.plan.temporaryStart,
    size: program.plan.size,
    launches: program.launches.map((l) => [
      l.symbol,
      l.tasks,
      l.scratch,
      l.flops,
      l.bytes ?? 0,
      ...l.args.map((arg) => storeArg(arg, buffer)),
    ]),
    kernels: [...program.kernels],
    params: [...program.params.keys()],
    outputs: [...program.outputs].map(([name, { buffer: id }]) => [name, id]),
    accumulation: program.accumulation,
  };
}

function fromStored(stored: Stored, trace: Trace): RunnableProgram {
  const known = paramsOf(trace);
  const argOf = (arg: StoredArg): Arg => {
    if (typeof arg === 'number') return { kind: 'int', value: arg };
    if (typeof arg === 'string') return { kind: 'kernel', symbol: arg };
    if (arg.length === 1) return { kind: 'float', value: arg[0] };
    return { kind: 'buffer', buffer: stored.buffers[arg[0]], byteOffset: arg[1] };
  };
  return {
    launches: stored.launches.map(([symbol, tasks, scratch, flops, bytes, ...args]) => ({
      symbol,
      tasks,
      scratch,
      flops,
      bytes,
      args: args.map(argOf),
    })),
    kernels: new Map(stored.kernels),
    plan: {
      offsets: new Map(stored.buffers.map((id, i) => [id, stored.offsets[i]])),
      sharedBytes: stored.sharedBytes,
      temporaryStart: stored.temporaryStart,
      size: stored.size,
    },
    params: new Map(stored.params.map((name) => [name, known.get(name)!])),
    outputs: new Map(
      stored.outputs.map(([name, buffer]) => [name, { buffer, node: trace.outputs.get(name)! }]),
    ),
    tables: trace.builder.tables,
    accumulation: stored.accumulation,
  };
}

/** The program of a trace from `folder`, or from `compile`, which is then kept there. */
export function cachedProgram(
  trace: Trace,
  options: CompileOptions,
  cache: { readonly folder: string; readonly target: string; readonly limit?: number },
  compile: () => Program,
): RunnableProgram {
  const compiler = compilerHash();
  if (compiler === null) return compile();
  const path = join(cache.folder, `${keyOf(trace, options, cache.target, compiler)}.json`);
  const stored = readStored(path);
  if (stored) {
    markUsed(path);
    return fromStored(stored, trace);
  }
  const program = compile();
  const fresh = toStored(program, trace);
  if (fresh) {
    mkdirSync(cache.folder, { recursive: true });
    writeWhole(path, JSON.stringify(fresh));
    prune(cache.folder, cache.limit);
  }
  return program;
}

function readStored(path: string): Stored | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Stored;
  } catch {
    // Not there yet, or cut short by a full disk: it is made again.
    return undefined;
  }
}
