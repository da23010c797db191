// From a traced step to a program: a list of launches over one planned arena. Everything that can be
// decided once is decided here; at run time nothing is allocated, hashed or bound.

import type { GraphBuilder } from '../core/builder.ts';
import { type Node, topologicalOrder } from '../core/graph.ts';
import { cluster, type Unit } from './cluster.ts';
import { type BackendTarget, Emitter } from './emitter.ts';
import { type Arg, type BufferInfo, bytesOf, type Launch, type SharedParam, type Storage } from './launch.ts';
import {
  decomposeUnclaimed,
  fuseAdditions,
  fuseBias,
  type LoweredGraph,
  splitLongReductions,
} from './lower.ts';
import { type MemoryPlan, planMemory } from './plan.ts';

/** A traced step: outputs to read and state params to replace, over named params. */
export interface Trace {
  readonly builder: GraphBuilder;
  readonly outputs: ReadonlyMap<string, Node>;
  /** New value of each state param, by the param's name. */
  readonly updates?: ReadonlyMap<string, Node>;
  /**
   * New value of each accumulator, by the name of the param that holds the old one: zero when a step begins, and taken
   * further by every `accumulate` of the step. All else in the trace runs once, after the last of them.
   */
  readonly accumulators?: ReadonlyMap<string, Node>;
}

export interface CompileOptions {
  /** Off: one kernel per stored value, every composite decomposed is still possible by templates. */
  readonly fuse?: boolean;
  readonly reuseMemory?: boolean;
  /** Composites to decompose although the backend has a template. */
  readonly withoutTemplates?: readonly string[];
  /** Params in memory that several programs share, in the order in which they lie there. */
  readonly shared?: readonly SharedParam[];
}

export interface Program {
  readonly launches: readonly Launch[];
  /** Text of the generated kernels by symbol. */
  readonly kernels: ReadonlyMap<string, string>;
  readonly buffers: ReadonlyMap<string, BufferInfo>;
  readonly plan: MemoryPlan;
  /** Params by name and outputs by name to buffers and types. */
  readonly params: ReadonlyMap<string, Node>;
  readonly outputs: ReadonlyMap<string, { readonly buffer: string; readonly node: Node }>;
  readonly tables: ReadonlyMap<string, Float32Array>;
  /** Buffers that hold a bfloat16 copy of a param, by the param's buffer. */
  readonly shadows: ReadonlyMap<string, string>;
  readonly accumulation?: Accumulation;
}

/** The part of a program that may run several times before the rest. */
export interface Accumulation {
  /** The first launches of the program. */
  readonly launches: number;
  /** The first accumulator's buffer. The others follow it, `bytes` in all: cleared when a step begins. */
  readonly first: string;
  readonly bytes: number;
}

/** Everything that a trace asks for, in a fixed order. */
export const rootsOf = (trace: Trace): Node[] =>
  [trace.outputs, trace.updates, trace.accumulators].flatMap((named) => [...(named?.values() ?? [])]);

export function compileProgram(trace: Trace, target: BackendTarget, options: CompileOptions = {}): Program {
  const graph = lower(trace, target, options);
  const named = (wanted: ReadonlyMap<string, Node> | undefined, from: number): [string, Node][] =>
    [...(wanted?.keys() ?? [])].map((name, i) => [name, graph.roots[from + i]]);
  const updatesFrom = trace.outputs.size;
  const sumsFrom = updatesFrom + (trace.updates?.size ?? 0);
  const sums = named(trace.accumulators, sumsFrom);
  const first = new Set(topologicalOrder(sums.map(([, node]) => node)).map((n) => n.id));
  const { takesEpilogue } = target;
  const { units, bufferOf } = cluster(graph.roots, { fuse: options.fuse !== false, takesEpilogue, first });
  const storage = new Map<string, Storage>();
  for (const id of target.bfloat16?.(graph.roots, bufferOf) ?? []) storage.set(id, 'bf16');
  for (const id of target.halfParams?.(graph.roots) ?? []) storage.set(id, 'f16');
  const emitter = new Emitter(target, bufferOf, storage, options.shared ?? []);
  declareParams(emitter, graph.roots, new Set(sums.map(([name]) => name)));

  const isFirst = (unit: Unit) => unit.nodes.some((n) => first.has(n.id));
  const repeated = units.filter(isFirst);
  const rest = units.filter((u) => !isFirst(u));
  for (const unit of repeated) emitter.emit(unit);
  const copies = emitter.assign(sums);
  const end = emitter.launches.length;
  for (const unit of rest) emitter.emit(unit);
  for (const copy of emitter.assign(named(trace.updates, updatesFrom))) copies.add(copy);
  verify(emitter);

  const outputs = new Map(
    named(trace.outputs, 0).map(([name, node]) => [
      name,
      { buffer: emitter.rootBuffer(node), node: trace.outputs.get(name)! },
    ]),
  );
  const keep = new Set([...outputs.values()].map((o) => o.buffer));
  const { shared } = options;
  const memory = { reuse: options.reuseMemory !== false, keep, slabBytes: target.slabBytes, shared };
  const plan = planMemory(emitter.buffers, emitter.launches, emitter.assigned, memory);
  // What was computed in place needs no copy.
  const isNeeded = (l: Launch) =>
    !copies.has(l) || plan.offsets.get(l.reads[0]) !== plan.offsets.get(l.writes[0]);
  const repeatedLaunches = emitter.launches.slice(0, end).filter(isNeeded);
  const settled = new Map(sums.map(([name, node]) => [emitter.rootBuffer(node), `param:${name}`]));
  const launches = [
    ...repeatedLaunches,
    ...emitter.launches
      .slice(end)
      .filter(isNeeded)
      .map((l) => reading(l, settled)),
  ];
  for (const [name, { buffer, node }] of outputs)
    outputs.set(name, { buffer: settled.get(buffer) ?? buffer, node });
  const accumulation = sums.length > 0 && {
    launches: repeatedLaunches.length,
    ...span(
      sums.map(([name]) => `param:${name}`),
      emitter.buffers,
      plan,
    ),
  };
  return {
    launches,
    kernels: emitter.kernels,
    buffers: emitter.buffers,
    plan,
    params: emitter.params,
    outputs,
    tables: graph.builder.tables,
    shadows: emitter.shadows,
    ...(accumulation ? { accumulation } : {}),
  };
}

function lower(trace: Trace, target: BackendTarget, options: CompileOptions): LoweredGraph {
  const skip = new Set(options.withoutTemplates);
  const claims = (op: string) => target.templates.has(op) && !skip.has(op);
  const graph = decomposeUnclaimed({ builder: trace.builder, roots: rootsOf(trace) }, claims);
  if (options.fuse === false) return graph;
  return splitLongReductions(fuseAdditions(target.biasInMatmul ? fuseBias(graph) : graph));
}

/** Accumulators first and side by side, so that one call clears them. */
function declareParams(emitter: Emitter, roots: readonly Node[], sums: ReadonlySet<string>): void {
  const params = topologicalOrder(roots).filter((node) => node.op === 'param');
  const isSum = (node: Node) => sums.has(node.attrs.name as string);
  for (const node of params.filter(isSum)) emitter.declareParam(node);
  for (const node of params.filter((p) => !isSum(p))) emitter.declareParam(node);
}

/** Every launch reads only what was written before it. */
function verify(emitter: Emitter): void {
  const written = new Set([...emitter.params.keys()].map((name) => `param:${name}`));
  for (const shadow of emitter.shadows.values()) written.add(shadow);
  for (const launch of emitter.launches) {
    const unwritten = launch.reads.find((id) => !written.has(id));
    if (unwritten) throw new Error(`${launch.symbol} reads ${unwritten} before it is written`);
    for (const id of launch.writes) written.add(id);
  }
}

/**
 * A launch after the accumulation, which reads the sums where they are kept: several processes may have added theirs in
 * between. The memory plan is made before, when the sums still are values like any other.
 */
function reading(launch: Launch, settled: ReadonlyMap<string, string>): Launch {
  const at = (arg: Arg): Arg =>
    arg.kind === 'buffer' ? { ...arg, buffer: settled.get(arg.buffer) ?? arg.buffer } : arg;
  const reads = launch.reads.map((id) => settled.get(id) ?? id);
  return {
    ...launch,
    reads,
    args: launch.args.map(at),
    ...(launch.table ? { table: launch.table.map(at) } : {}),
  };
}

/** Of buffers that lie side by side, the first one and the bytes of all. */
function span(
  ids: readonly string[],
  buffers: ReadonlyMap<string, BufferInfo>,
  plan: MemoryPlan,
): { first: string; bytes: number } {
  const start = (id: string) => plan.offsets.get(id)!;
  const [first, ...others] = [...ids].sort((a, b) => start(a) - start(b));
  const last = others.at(-1) ?? first;
  return { first, bytes: start(last) - start(first) + bytesOf(buffers.get(last)!) };
}
