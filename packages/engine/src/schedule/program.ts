// From a traced step to a program: a list of launches over one planned arena. Everything that can be
// decided once is decided here; at run time nothing is allocated, hashed or bound.

import type { GraphBuilder } from '../core/builder.ts';
import { type Node, topologicalOrder } from '../core/graph.ts';
import { numel, sameShape } from '../core/shape.ts';
import type { Dialect } from '../print/dialect.ts';
import { type PrintedKernel, printKernel } from '../print/kernel.ts';
import { cluster, throughReshape, type Unit } from './cluster.ts';
import { type BufferInfo, bufferArg, intArg, type Launch, type Template } from './launch.ts';
import type { LoopKernel } from './loops.ts';
import { decomposeUnclaimed, fuseAdditions, fuseBias, splitLongReductions } from './lower.ts';
import { type MemoryPlan, type PlanOptions, planMemory } from './plan.ts';

/** A traced step: outputs to read and state params to replace, over named params. */
export interface Trace {
  readonly builder: GraphBuilder;
  readonly outputs: ReadonlyMap<string, Node>;
  /** New value of each state param, by the param's name. */
  readonly updates?: ReadonlyMap<string, Node>;
}

export interface BackendTarget {
  /** Needed where there is no `print`. */
  readonly dialect?: Dialect;
  readonly templates: ReadonlyMap<string, Template>;
  /** Whether the matmul template takes a bias as its last operand (attrs.bias). */
  readonly biasInMatmul?: boolean;
  /** Prints a loop kernel for a grid of threads; without it, the dialect's tasks are printed. */
  readonly print?: (kernel: LoopKernel) => PrintedKernel;
  /** No buffer crosses a multiple of this many bytes in the arena (memory bound in parts). */
  readonly slabBytes?: number;
  /** Buffers kept in bfloat16, decided on the clustered graph. */
  readonly bfloat16?: (roots: readonly Node[], bufferOf: (node: Node) => string | undefined) => Set<string>;
  /** Whether a template reads this operand from the bfloat16 copy of a param. */
  readonly readsShadow?: (op: string, operand: number) => boolean;
}

export interface CompileOptions {
  /** Off: one kernel per stored value, every composite decomposed is still possible by templates. */
  readonly fuse?: boolean;
  readonly reuseMemory?: boolean;
  /** Composites to decompose although the backend has a template. */
  readonly withoutTemplates?: readonly string[];
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
}

export function compileProgram(trace: Trace, target: BackendTarget, options: CompileOptions = {}): Program {
  const updates = trace.updates ?? new Map<string, Node>();
  const skip = new Set(options.withoutTemplates);
  const claims = (op: string) => target.templates.has(op) && !skip.has(op);
  let graph = {
    builder: trace.builder,
    roots: [...trace.outputs.values(), ...updates.values()] as readonly Node[],
  };
  graph = decomposeUnclaimed(graph, claims);
  if (options.fuse !== false) {
    if (target.biasInMatmul) graph = fuseBias(graph);
    graph = splitLongReductions(fuseAdditions(graph));
  }
  const { units, bufferOf } = cluster(graph.roots, { fuse: options.fuse !== false });

  const bfloat16 = target.bfloat16?.(graph.roots, bufferOf) ?? new Set<string>();
  const emitter = new Emitter(target, bufferOf, bfloat16);
  for (const node of topologicalOrder(graph.roots)) if (node.op === 'param') emitter.declareParam(node);
  for (const unit of units) emitter.emit(unit);

  const names = [...trace.outputs.keys()];
  const buffers = graph.roots.map((n) => emitter.rootBuffer(n));
  const outputs = new Map(
    names.map((name, i) => [name, { buffer: buffers[i], node: trace.outputs.get(name)! }]),
  );
  const assigned = new Map<string, string>();
  [...updates.keys()].forEach((name, i) => {
    assigned.set(`param:${name}`, buffers[names.length + i]);
  });
  const keep = new Set([...outputs.values()].map((o) => o.buffer));
  // A state update lands in its param; what the optimiser did not write into the copy follows it there.
  const copies = [...assigned].flatMap(([to, from]) => {
    const shadow = emitter.shadows.get(to);
    const stale = shadow !== undefined && !emitter.launches.some((l) => l.writes.includes(shadow));
    return [emitter.copy(from, to), ...(stale ? [emitter.copy(to, shadow)] : [])];
  });
  verify(emitter, copies);
  const memory = { reuse: options.reuseMemory !== false, keep, slabBytes: target.slabBytes };
  const plan = planWithUpdates(emitter, copies, assigned, memory);
  return {
    launches: plan.launches,
    kernels: emitter.kernels,
    buffers: emitter.buffers,
    plan: plan.memory,
    params: emitter.params,
    outputs,
    tables: graph.builder.tables,
    shadows: emitter.shadows,
  };
}

/** Every launch reads only what was written before it. */
function verify(emitter: Emitter, copies: readonly Launch[]): void {
  const written = new Set([...emitter.params.keys()].map((name) => `param:${name}`));
  for (const shadow of emitter.shadows.values()) written.add(shadow);
  for (const launch of [...emitter.launches, ...copies]) {
    const unwritten = launch.reads.find((id) => !written.has(id));
    if (unwritten) throw new Error(`${launch.symbol} reads ${unwritten} before it is written`);
    for (const id of launch.writes) written.add(id);
  }
}

/** State updates that could not be done in place are copied at the end of the step. */
function planWithUpdates(
  emitter: Emitter,
  copies: readonly Launch[],
  assigned: ReadonlyMap<string, string>,
  options: PlanOptions,
): { memory: MemoryPlan; launches: Launch[] } {
  const launches = [...emitter.launches, ...copies];
  // The copies read what they replace last, so they never stop an in-place update before them.
  const memory = planMemory(emitter.buffers, launches, assigned, options);
  const needed = launches.filter((l) => {
    if (!copies.includes(l) || emitter.shadows.has(l.reads[0])) return true;
    return memory.offsets.get(l.reads[0]) !== memory.offsets.get(l.writes[0]);
  });
  return { memory, launches: needed };
}

class Emitter {
  readonly launches: Launch[] = [];
  readonly kernels = new Map<string, string>();
  readonly buffers = new Map<string, BufferInfo>();
  readonly params = new Map<string, Node>();
  readonly #target: BackendTarget;
  readonly #bufferOf: (node: Node) => string | undefined;
  readonly #symbols = new Map<string, string>();
  readonly shadows = new Map<string, string>();
  readonly #bfloat16: ReadonlySet<string>;

  constructor(
    target: BackendTarget,
    bufferOf: (node: Node) => string | undefined,
    bfloat16: ReadonlySet<string>,
  ) {
    this.#target = target;
    this.#bufferOf = bufferOf;
    this.#bfloat16 = bfloat16;
  }

  #declare(id: string, elements: number, dtype: Node['dtype'], persistent: boolean): void {
    if (this.buffers.has(id)) return;
    const storage = this.#bfloat16.has(id) ? { storage: 'bf16' as const } : {};
    this.buffers.set(id, { id, elements, dtype, persistent, ...storage });
  }

  /** The buffer a template reads for an operand: a param's bfloat16 copy where the backend wants one. */
  #operand(node: Node, index: number): string {
    const buffer = this.#bufferOf(node.inputs[index])!;
    if (!this.params.has(buffer.replace('param:', '')) || !this.#target.readsShadow?.(node.op, index)) {
      return buffer;
    }
    const shadow = `bf16:${buffer}`;
    const { elements, dtype } = this.buffers.get(buffer)!;
    this.buffers.set(shadow, { id: shadow, elements, dtype, persistent: true, storage: 'bf16' });
    this.shadows.set(buffer, shadow);
    return shadow;
  }

  declareParam(node: Node): void {
    const name = node.attrs.name as string;
    const known = this.params.get(name);
    if (known && !sameShape(known.shape, node.shape)) throw new Error(`param ${name} has two shapes`);
    this.params.set(name, node);
    this.#declare(`param:${name}`, numel(node.shape), node.dtype, true);
  }

  rootBuffer(node: Node): string {
    const buffer = this.#bufferOf(node) ?? this.#bufferOf(throughReshape(node));
    if (buffer === undefined) throw new Error(`output ${node.op} has no buffer`);
    return buffer;
  }

  copy(from: string, to: string): Launch {
    const elements = this.buffers.get(to)!.elements;
    return {
      symbol: 'ts_copy',
      args: [bufferArg(from), bufferArg(to), intArg(elements)],
      tasks: 1,
      scratch: 0,
      reads: [from],
      writes: [to],
      inPlace: [],
      flops: 0,
    };
  }

  emit(unit: Unit): void {
    if (unit.kind === 'template') this.#emitTemplate(unit.nodes[0]);
    else this.#emitKernel(unit);
  }

  #emitTemplate(node: Node): void {
    const outputs = node.types.map((type, i) => {
      const id = `n${node.id}.${i}`;
      this.#declare(id, numel(type.shape), type.dtype, false);
      return id;
    });
    let temporaries = 0;
    const launches = this.#target.templates.get(node.op)!({
      node,
      inputs: node.inputs.map((_, i) => this.#operand(node, i)),
      outputs,
      temporary: (elements) => {
        const id = `n${node.id}.t${temporaries++}`;
        this.#declare(id, elements, 'f32', false);
        return id;
      },
      storage: (buffer) => this.buffers.get(buffer)?.storage,
      shadow: (buffer) => this.shadows.get(buffer),
    });
    for (const launch of launches) {
      this.launches.push(launch.text ? { ...launch, symbol: this.#symbol(launch.text) } : launch);
    }
  }

  #emitKernel(unit: Unit): void {
    for (const node of unit.nodes) {
      const buffer = this.#bufferOf(node)!;
      if (unit.built!.buffers.includes(buffer)) this.#declare(buffer, numel(node.shape), node.dtype, false);
    }
    const { kernel, buffers } = unit.built!;
    const slots = kernel.slots.map((s, i) => ({ ...s, storage: this.buffers.get(buffers[i])!.storage }));
    const printed = this.#print({ ...kernel, slots });
    const written = kernel.slots.map((s) => s.written);
    this.launches.push({
      symbol: this.#symbol(printed.text),
      args: buffers.map(bufferArg),
      tasks: printed.tasks,
      ...(printed.grid ? { grid: printed.grid, block: printed.block } : {}),
      scratch: 0,
      reads: buffers.filter((_, i) => !written[i]),
      writes: buffers.filter((_, i) => written[i]),
      inPlace: [],
      flops: 0,
    });
  }

  #print(kernel: LoopKernel): PrintedKernel {
    const { print, dialect } = this.#target;
    if (print) return print(kernel);
    if (!dialect) throw new Error('a backend needs a dialect or a printer of its own');
    return printKernel(kernel, dialect);
  }

  /** Layers share kernels: equal text is one symbol. */
  #symbol(text: string): string {
    const known = this.#symbols.get(text);
    if (known) return known;
    const symbol = `k${this.#symbols.size}`;
    this.#symbols.set(text, symbol);
    this.kernels.set(symbol, text.replace('@', symbol));
    return symbol;
  }
}
