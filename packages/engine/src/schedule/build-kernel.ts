// From a cluster of graph nodes to one loop kernel: movement ops become index expressions, elementwise
// ops become scalar expressions, reductions along the row become passes. A cluster that cannot be one
// kernel (a value would be needed at another row) throws IllegalFusion, which the clusterer reads as no.

import type { Node } from '../core/graph.ts';
import { numel, type Shape, sameShape } from '../core/shape.ts';
import { collapseAxes, collapseRows } from './collapse.ts';
import { type Domain, isReduce } from './domain.ts';
import {
  add,
  clamp,
  constantIndex,
  flatten,
  type Index,
  reshapeIndex,
  scale,
  unflatten,
  variable,
} from './index-expr.ts';
import {
  applyScalar,
  guardScalar,
  type LoopKernel,
  type Pass,
  type Reduction,
  type Scalar,
  type Store,
  scalars,
} from './loops.ts';

export class IllegalFusion extends Error {}

/** Offset of an access, proved by interval arithmetic to lie inside the node's buffer. Shapes are static, so a kernel
 * that could read or write out of bounds is never printed. */
function offsetIn(node: Node, index: readonly Index[]): Index {
  const flat = flatten(index, node.shape);
  const size = numel(node.shape);
  if (flat.min < 0 || flat.max >= size) {
    throw new RangeError(
      `${node.op} [${node.shape}]: offsets ${flat.min} to ${flat.max} of ${size} elements`,
    );
  }
  return flat;
}

/** Which buffer holds a node's value, if it has one of its own. */
export type BufferOf = (node: Node) => string | undefined;

export interface BuiltKernel {
  readonly kernel: LoopKernel;
  /** Buffer of each slot. */
  readonly buffers: readonly string[];
}

class KernelBuilder {
  readonly #slots: { dtype: Node['dtype']; written: boolean }[] = [];
  readonly #buffers: string[] = [];
  readonly #slotOf = new Map<string, number>();
  readonly #memo = new Map<string, Scalar>();
  readonly #phases = new Map<string, number>();
  readonly #reductions: { reduction: Reduction; phase: number }[] = [];
  readonly #reductionOf = new Map<number, Scalar>();
  readonly #members: ReadonlySet<number>;
  readonly #rows: readonly Index[];
  readonly #inner: Index;

  readonly domain: Domain;
  readonly bufferOf: BufferOf;
  /** Where members may be reshapes of the domain: its shape. */
  readonly #whole: Shape | undefined;

  constructor(members: readonly Node[], domain: Domain, bufferOf: BufferOf, whole?: Shape) {
    this.domain = domain;
    this.bufferOf = bufferOf;
    this.#whole = whole;
    this.#members = new Set(members.map((n) => n.id));
    this.#rows = domain.rows.map((extent, i) => variable(`r${i}`, extent));
    this.#inner = variable('i', domain.inner);
  }

  slot(node: Node, buffer: string, written: boolean): number {
    const known = this.#slotOf.get(buffer);
    if (known !== undefined) {
      if (written) this.#slots[known].written = true;
      return known;
    }
    this.#slots.push({ dtype: node.dtype, written });
    this.#buffers.push(buffer);
    this.#slotOf.set(buffer, this.#slots.length - 1);
    return this.#slots.length - 1;
  }

  /** Where a member's own value lives: once per element of the domain, or once per row. */
  home(node: Node): { index: Index[]; perRow: boolean } {
    const { rows, inner } = this.domain;
    if (this.#whole) {
      if (isReduce(node) || numel(node.shape) !== numel(this.#whole)) throw new IllegalFusion();
      return { index: reshapeIndex([...this.#rows, this.#inner], this.#whole, node.shape), perRow: false };
    }
    if (isReduce(node)) {
      if (!sameShape(node.inputs[0].shape.slice(0, node.attrs.from as number), rows))
        throw new IllegalFusion();
      return { index: this.#padded(node), perRow: true };
    }
    if (node.shape.length === 0) {
      if (rows.length > 0 || inner !== 1) throw new IllegalFusion();
      return { index: [], perRow: false };
    }
    if (!sameShape(node.shape.slice(0, -1), rows)) throw new IllegalFusion();
    const last = node.shape.at(-1)!;
    if (last === inner) return { index: [...this.#rows, this.#inner], perRow: false };
    if (last === 1) return { index: [...this.#rows, constantIndex(0)], perRow: true };
    throw new IllegalFusion();
  }

  #padded(node: Node): Index[] {
    return node.shape.map((_, i) => this.#rows[i] ?? constantIndex(0));
  }

  /** The reduction of a member, computing its pass on first use. */
  reduction(node: Node): Scalar {
    const known = this.#reductionOf.get(node.id);
    if (known) return known;
    const from = node.attrs.from as number;
    const inner = unflatten(this.#inner, node.inputs[0].shape.slice(from));
    const value = this.value(node.inputs[0], [...this.#rows, ...inner]);
    const id = this.#reductions.length;
    const out = scalars.reduction(id, node.dtype);
    const phase = this.#phase(value);
    this.#reductions.push({ reduction: { id, op: node.op as Reduction['op'], value }, phase });
    this.#phases.set(out.key, phase + 1);
    this.#reductionOf.set(node.id, out);
    return out;
  }

  /** First pass in which a value is known. */
  #phase(s: Scalar): number {
    const known = this.#phases.get(s.key);
    if (known !== undefined) return known;
    let phase = 0;
    if (s.kind === 'apply') phase = Math.max(0, ...s.args.map((a) => this.#phase(a)));
    if (s.kind === 'guard') phase = Math.max(this.#phase(s.inside), this.#phase(s.outside));
    this.#phases.set(s.key, phase);
    return phase;
  }

  /** The value of `node` at a multi-index. */
  value(node: Node, index: readonly Index[]): Scalar {
    const key = `${node.id}@${index.map((i) => i.key).join()}`;
    const known = this.#memo.get(key);
    if (known) return known;
    const out = this.#compute(node, index);
    this.#memo.set(key, out);
    return out;
  }

  #compute(node: Node, index: readonly Index[]): Scalar {
    if (this.#members.has(node.id)) {
      const { index: home } = this.home(node);
      if (!home.every((k, axis) => k.key === index[axis].key)) throw new IllegalFusion();
      return isReduce(node) ? this.reduction(node) : this.expression(node, index);
    }
    const buffer = this.bufferOf(node);
    // A reshape shares the buffer of a member, which this kernel is only about to compute.
    if (buffer !== undefined && !this.#isViewOfMember(node)) {
      return scalars.load(this.slot(node, buffer, false), offsetIn(node, index), node.dtype);
    }
    return this.expression(node, index);
  }

  #isViewOfMember(node: Node): boolean {
    let base = node;
    while (base.op === 'reshape') base = base.inputs[0];
    return this.#members.has(base.id);
  }

  /** The defining expression of a node that has no buffer (or is a member at home). */
  expression(node: Node, index: readonly Index[]): Scalar {
    const attrs = node.attrs;
    switch (node.op) {
      case 'const':
        return scalars.constant(attrs.value as number, node.dtype);
      case 'iota':
        return scalars.index(index[attrs.axis as number]);
      case 'reshape':
        return this.value(node.inputs[0], reshapeIndex(index, node.shape, node.inputs[0].shape));
      case 'permute': {
        const order = attrs.order as readonly number[];
        return this.value(
          node.inputs[0],
          order.map((_, axis) => index[order.indexOf(axis)]),
        );
      }
      case 'expand': {
        const from = node.inputs[0].shape;
        return this.value(
          node.inputs[0],
          index.map((k, axis) => (from[axis] === 1 ? constantIndex(0) : k)),
        );
      }
      case 'slice': {
        const [start, step] = [attrs.start as readonly number[], attrs.step as readonly number[]];
        return this.value(
          node.inputs[0],
          index.map((k, axis) => add(scale(k, step[axis]), constantIndex(start[axis]))),
        );
      }
      case 'pad':
        return this.#pad(node, index);
      case 'concat':
        return this.#concat(node, index);
      case 'stop_gradient':
        return this.value(node.inputs[0], index);
    }
    if (isReduce(node)) throw new Error(`${node.op} must be a member of its kernel`);
    return applyScalar(
      node.op,
      node.inputs.map((x) => this.value(x, index)),
      node.dtype,
    );
  }

  #pad(node: Node, index: readonly Index[]): Scalar {
    const [x] = node.inputs;
    const moved = index.map((k, i) => add(k, constantIndex(-(node.attrs.before as readonly number[])[i])));
    const inside = moved.map((k, i) => clamp(k, 0, x.shape[i] - 1));
    let out = this.value(x, inside);
    moved.forEach((k, i) => {
      out = guardScalar(k, 0, x.shape[i], out, scalars.constant(0, node.dtype));
    });
    return out;
  }

  #concat(node: Node, index: readonly Index[]): Scalar {
    const axis = node.attrs.axis as number;
    let offset = node.shape[axis];
    let out: Scalar | undefined;
    for (const part of [...node.inputs].reverse()) {
      offset -= part.shape[axis];
      const local = add(index[axis], constantIndex(-offset));
      const at = index.map((k, i) => (i === axis ? clamp(local, 0, part.shape[axis] - 1) : k));
      const value = this.value(part, at);
      out = out ? guardScalar(local, 0, part.shape[axis], value, out) : value;
    }
    return out!;
  }

  finish(members: readonly Node[], stored: (node: Node) => boolean): BuiltKernel {
    const stores: { store: Store; phase: number }[] = [];
    const rowStores: Store[] = [];
    for (const node of members) {
      const { index, perRow } = this.home(node);
      const value = isReduce(node) ? this.reduction(node) : this.expression(node, index);
      if (!stored(node)) continue;
      const store = {
        slot: this.slot(node, this.bufferOf(node)!, true),
        index: offsetIn(node, index),
        value,
      };
      if (perRow) rowStores.push(store);
      else stores.push({ store, phase: this.#phase(value) });
    }
    const phases = [...stores, ...this.#reductions].map((x) => x.phase);
    const passes: Pass[] = [];
    for (let phase = 0; phase <= Math.max(-1, ...phases); phase++) {
      passes.push({
        reductions: this.#reductions.filter((r) => r.phase === phase).map((r) => r.reduction),
        stores: stores.filter((s) => s.phase === phase).map((s) => s.store),
      });
    }
    const rows = this.domain.rows.map((extent, i) => ({ name: `r${i}`, extent }));
    const inner = { name: 'i', extent: this.domain.inner };
    const kernel: LoopKernel = { kind: 'row', rows, inner, passes, rowStores, slots: this.#slots };
    return { kernel: this.#whole ? collapseRows(kernel) : collapseAxes(kernel), buffers: this.#buffers };
  }

  /** A reduction over an axis that is not the last: rows x reduced x inner. */
  finishColumn(node: Node): BuiltKernel {
    const shape = node.inputs[0].shape;
    const [from, to] = [node.attrs.from as number, node.attrs.to as number];
    const reduced = { name: 'j', extent: this.domain.reduced };
    const along = unflatten(variable('j', reduced.extent), shape.slice(from, to));
    const inner = unflatten(this.#inner, shape.slice(to));
    const value = this.value(node.inputs[0], [...this.#rows, ...along, ...inner]);
    const out = [...this.#rows, ...along.map(() => constantIndex(0)), ...inner];
    const kernel: LoopKernel = {
      kind: 'col',
      rows: this.domain.rows.map((extent, i) => ({ name: `r${i}`, extent })),
      reduced,
      inner: { name: 'i', extent: this.domain.inner },
      passes: [
        {
          reductions: [{ id: 0, op: node.op as Reduction['op'], value }],
          stores: [
            {
              slot: this.slot(node, this.bufferOf(node)!, true),
              index: offsetIn(node, out),
              value: scalars.reduction(0, node.dtype),
            },
          ],
        },
      ],
      rowStores: [],
      slots: this.#slots,
    };
    return { kernel: collapseAxes(kernel), buffers: this.#buffers };
  }
}

/** Builds the kernel of `members`; values for which `stored` is false live only inside it. */
export function buildKernel(
  members: readonly Node[],
  domain: Domain,
  bufferOf: BufferOf,
  stored: (node: Node) => boolean,
): BuiltKernel {
  const builder = new KernelBuilder(members, domain, bufferOf);
  return domain.kind === 'col' ? builder.finishColumn(members[0]) : builder.finish(members, stored);
}

/** As `buildKernel` for a map over `shape`, of which members may be reshapes. Its last axis stays the inner one. */
export function buildMap(
  members: readonly Node[],
  shape: Shape,
  bufferOf: BufferOf,
  stored: (node: Node) => boolean,
): BuiltKernel {
  const domain: Domain = { kind: 'row', rows: shape.slice(0, -1), reduced: 1, inner: shape.at(-1)! };
  return new KernelBuilder(members, domain, bufferOf, shape).finish(members, stored);
}
