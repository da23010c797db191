// From clustered units to launches over named buffers: templates are asked for theirs, loop kernels are printed.

import type { Node } from '../core/graph.ts';
import { numel, sameShape } from '../core/shape.ts';
import type { Dialect } from '../print/dialect.ts';
import { type PrintedKernel, printKernel } from '../print/kernel.ts';
import type { BuiltKernel } from './build-kernel.ts';
import { throughReshape, type Unit } from './cluster.ts';
import type { TakesEpilogue } from './epilogue.ts';
import {
  type BufferInfo,
  bufferArg,
  bytesOf,
  intArg,
  isBlocks,
  type Launch,
  type SharedParam,
  type Storage,
  type Template,
} from './launch.ts';
import type { LoopKernel } from './loops.ts';

export interface BackendTarget {
  /** Needed where there is no `print`. */
  readonly dialect?: Dialect;
  readonly templates: ReadonlyMap<string, Template>;
  /** Whether the matmul template takes a bias as its last operand (attrs.bias). */
  readonly biasInMatmul?: boolean;
  /** Whether the template of a node takes an epilogue; none does where this is absent. */
  readonly takesEpilogue?: TakesEpilogue;
  /** Prints a loop kernel for a grid of threads; without it, the dialect's tasks are printed. */
  readonly print?: (kernel: LoopKernel) => PrintedKernel;
  /** No buffer crosses a multiple of this many bytes in the arena (memory bound in parts). */
  readonly slabBytes?: number;
  /** Buffers kept in bfloat16, decided on the clustered graph. */
  readonly bfloat16?: (roots: readonly Node[], bufferOf: (node: Node) => string | undefined) => Set<string>;
  /** Buffers of params kept in binary16, which all of their readers take. */
  readonly halfParams?: (roots: readonly Node[]) => Set<string>;
  /** Whether a template reads this operand from the bfloat16 copy of a param. */
  readonly readsShadow?: (op: string, operand: number) => boolean;
}

export class Emitter {
  readonly launches: Launch[] = [];
  readonly kernels = new Map<string, string>();
  readonly buffers = new Map<string, BufferInfo>();
  readonly params = new Map<string, Node>();
  readonly #target: BackendTarget;
  readonly #bufferOf: (node: Node) => string | undefined;
  readonly #symbols = new Map<string, string>();
  readonly shadows = new Map<string, string>();
  /** The buffer of a state param's new value, by the param's buffer. */
  readonly assigned = new Map<string, string>();
  readonly #storage: ReadonlyMap<string, Storage>;
  readonly #shared: ReadonlyMap<string, SharedParam>;

  constructor(
    target: BackendTarget,
    bufferOf: (node: Node) => string | undefined,
    storage: ReadonlyMap<string, Storage>,
    shared: readonly SharedParam[],
  ) {
    this.#target = target;
    this.#bufferOf = bufferOf;
    this.#storage = storage;
    this.#shared = new Map(shared.map((p) => [`param:${p.name}`, p]));
  }

  #declare(id: string, elements: number, dtype: Node['dtype'], persistent: boolean): void {
    if (this.buffers.has(id)) return;
    const shared = this.#shared.get(id);
    if (shared && shared.elements !== elements) {
      throw new Error(`${id} has ${elements} elements, in shared memory ${shared.elements}`);
    }
    const storage = this.#storage.get(id) ?? shared?.storage;
    this.buffers.set(id, { id, elements, dtype, persistent, ...(storage ? { storage } : {}) });
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

  /**
   * Launches that bring these values into the params of their names. Returns those that are idle when the value was
   * computed in place; what keeps a param's bfloat16 copy in step is none of them.
   */
  assign(values: readonly (readonly [string, Node])[]): Set<Launch> {
    const copies = new Set<Launch>();
    const written = new Set(this.launches.flatMap((l) => l.writes));
    for (const [name, node] of values) {
      const [from, to] = [this.rootBuffer(node), `param:${name}`];
      this.assigned.set(to, from);
      const copy = this.copy(from, to);
      copies.add(copy);
      this.launches.push(copy);
      const shadow = this.shadows.get(to);
      // The optimiser may have written it already.
      if (shadow !== undefined && !written.has(shadow)) this.launches.push(this.copy(to, shadow));
    }
    return copies;
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
      bytes: this.#traffic([from], [to]),
    };
  }

  /** Bytes of these buffers, each crossing memory once. */
  #traffic(reads: readonly string[], writes: readonly string[]): number {
    const sum = (ids: readonly string[]) =>
      [...new Set(ids)].reduce((n, id) => n + bytesOf(this.buffers.get(id)!), 0);
    return sum(reads) + sum(writes);
  }

  emit(unit: Unit): void {
    if (unit.kind === 'template') this.#emitTemplate(unit);
    else this.#emitKernel(unit);
  }

  #emitTemplate({ nodes: [node, ...members], epilogue }: Unit): void {
    const outputs = node.types.map((type, i) => {
      const id = `n${node.id}.${i}`;
      if (i > 0 || !epilogue || epilogue.kept) this.#declare(id, numel(type.shape), type.dtype, false);
      return id;
    });
    if (epilogue) this.#declareMembers(members, epilogue.buffers);
    let temporaries = 0;
    const launches = this.#target.templates.get(node.op)!({
      node,
      inputs: node.inputs.map((_, i) => this.#operand(node, i)),
      outputs,
      ...(epilogue ? { epilogue: { ...epilogue, kernel: this.#withStorage(epilogue) } } : {}),
      define: (text) => this.#symbol(text),
      temporary: (elements) => {
        const id = `n${node.id}.t${temporaries++}`;
        this.#declare(id, elements, 'f32', false);
        return id;
      },
      storage: (buffer) => this.buffers.get(buffer)?.storage,
      shadow: (buffer) => this.shadows.get(buffer),
    });
    for (const launch of launches) {
      const symbol = launch.text ? this.#symbol(launch.text) : launch.symbol;
      // Of a table only the rows that are asked for are read.
      const reads = node.op === 'gather' ? [...launch.reads.slice(1), ...launch.writes] : launch.reads;
      this.launches.push({ ...launch, symbol, bytes: this.#traffic(reads, launch.writes) });
    }
  }

  /** Members that live only inside of their kernel have no buffer there. */
  #declareMembers(members: readonly Node[], used: readonly string[]): void {
    for (const node of members) {
      const buffer = this.#bufferOf(node)!;
      if (used.includes(buffer)) this.#declare(buffer, numel(node.shape), node.dtype, false);
    }
  }

  /** The kernel, with how the elements of every slot are kept. */
  #withStorage({ kernel, buffers }: BuiltKernel): LoopKernel {
    const slots = kernel.slots.map((s, i) => ({ ...s, storage: this.buffers.get(buffers[i])?.storage }));
    const blocks = slots.findIndex((s) => isBlocks(s.storage));
    if (blocks >= 0)
      throw new Error(`${buffers[blocks]} is kept in blocks, which only products and lookups read`);
    return { ...kernel, slots };
  }

  #emitKernel(unit: Unit): void {
    const { kernel, buffers } = unit.built!;
    this.#declareMembers(unit.nodes, buffers);
    const printed = this.#print(this.#withStorage(unit.built!));
    const written = kernel.slots.map((s) => s.written);
    const reads = buffers.filter((_, i) => !written[i]);
    const writes = buffers.filter((_, i) => written[i]);
    this.launches.push({
      symbol: this.#symbol(printed.text),
      args: buffers.map(bufferArg),
      tasks: printed.tasks,
      ...(printed.grid ? { grid: printed.grid, block: printed.block } : {}),
      scratch: 0,
      reads,
      writes,
      inPlace: [],
      flops: 0,
      bytes: this.#traffic(reads, writes),
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
