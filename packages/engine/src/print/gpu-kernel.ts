// Maps one loop kernel to workgroups of threads; shared by all GPU dialects. Four classes:
//   map   every thread computes a few elements, neighbouring threads neighbouring elements;
//   row   `lanes` threads share a row, several rows share a workgroup; each pass ends in a reduction over lanes;
//   full  is a row kernel with one row (long sums were staged before, see schedule/lower.ts);
//   col   neighbouring threads own neighbouring columns, `depth` threads share a column and walk the reduced axis.
// Every cut depends on shapes only and every reduction is a fixed tree, so results have the same bits on every run;
// exchanging registers (subgroups, warps) walks the same tree as shared memory does.

import type { LoopKernel, Pass, Reduction } from '../schedule/loops.ts';
import { printIndex } from './expression.ts';
import type { GpuDialect, SharedArray } from './gpu-dialect.ts';
import { GpuScope } from './gpu-expression.ts';
import { reduceColumns, reduceLanes } from './gpu-reduce.ts';
import type { PrintedKernel } from './kernel.ts';

/** Elements per thread of a large map: enough loads in flight to hide memory latency. */
const MAP_ELEMENTS = 4;
const LARGE_MAP = 1 << 18;
/** A thread reads about this many elements of a row before lanes are added. */
const ROW_ELEMENTS = 4;
/** Neighbouring columns of one workgroup when the reduced axis is shared, and the columns from which it is not. */
const COLUMN_TILE = 32;
const MANY_COLUMNS = 1 << 15;

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
const powerOfTwo = (n: number) => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

class GpuPrinter {
  readonly kernel: LoopKernel;
  readonly d: GpuDialect;
  readonly names = { next: 0 };
  readonly #shared = new Map<string, SharedArray>();

  constructor(kernel: LoopKernel, dialect: GpuDialect) {
    this.kernel = kernel;
    this.d = dialect;
  }

  get rowCount(): number {
    return this.kernel.rows.reduce((total, axis) => total * axis.extent, 1);
  }

  scope(outer?: GpuScope): GpuScope {
    const at = outer && { scope: outer, inner: this.kernel.inner.name };
    return new GpuScope(this.d, this.kernel.slots, this.names, at);
  }

  /** The workgroup's scratch for reductions of one dtype. */
  scratch(dtype: SharedArray['dtype']): string {
    const name = `scratch_${dtype}`;
    this.#shared.set(name, { name, dtype, length: this.d.threads });
    return name;
  }

  finish(body: readonly string[], tasks: number): PrintedKernel {
    const { threads } = this.d;
    const parts = { slots: this.kernel.slots, shared: [...this.#shared.values()], threads, body };
    return { text: this.d.kernel(parts), tasks, grid: [tasks, 1, 1], block: threads };
  }

  /** Row variables from the flat row number. */
  rowVariables(row: string): string[] {
    const rows = this.kernel.rows;
    const out: string[] = [];
    let below = 1;
    for (let k = rows.length - 1; k >= 0; k--) {
      const quotient = below === 1 ? row : `${row} / ${below}`;
      below *= rows[k].extent;
      out.unshift(
        this.d.constant('index', rows[k].name, k === 0 ? quotient : `(${quotient}) % ${rows[k].extent}`),
      );
    }
    return out;
  }

  map(): PrintedKernel {
    const { d, kernel } = this;
    const n = kernel.inner.extent;
    const total = n * this.rowCount;
    const each = total >= LARGE_MAP ? MAP_ELEMENTS : 1;
    const scope = this.scope();
    for (const pass of kernel.passes) {
      for (const s of pass.stores) scope.store(s.slot, printIndex(s.index), s.value);
    }
    const element = [
      ...(kernel.rows.length > 0
        ? [d.constant('index', kernel.inner.name, `e % ${n}`), ...this.rowVariables(`(e / ${n})`)]
        : [d.constant('index', kernel.inner.name, 'e')]),
      ...scope.lines,
    ];
    const guarded = [`if (e < ${total}) {`, ...indent(element), '}'];
    const tile = d.threads * each;
    const body =
      each === 1
        ? [d.constant('index', 'e', `g * ${d.threads} + t`), ...guarded]
        : d.loop('e', `g * ${tile} + t`, `g * ${tile} + ${tile}`, d.threads, guarded);
    return this.finish(body, Math.ceil(total / tile));
  }

  rows(): PrintedKernel {
    const { d, kernel } = this;
    const count = this.rowCount;
    const lanes = Math.min(d.threads, powerOfTwo(kernel.inner.extent / ROW_ELEMENTS));
    const perGroup = d.threads / lanes;
    const row = this.scope();
    const out = [
      d.constant('index', 'lane', `t % ${lanes}`),
      d.constant('index', 'mine', `g * ${perGroup} + t / ${lanes}`),
      // Threads without a row of their own repeat the last one, because all must meet at the barriers.
      d.constant('index', 'row', `clamp_index(mine, 0, ${count - 1})`),
      ...this.rowVariables('row'),
    ];
    for (const pass of kernel.passes) {
      const loop = this.#rowPass(pass, row, lanes, count);
      out.push(...row.lines.splice(0), ...loop);
      for (const r of pass.reductions) row.define(`r${r.id}`, `s${r.id}`);
    }
    if (kernel.rowStores.length > 0) {
      const last = this.scope(row);
      for (const s of kernel.rowStores) last.store(s.slot, printIndex(s.index), s.value);
      out.push(...row.lines.splice(0));
      out.push(`if (lane == 0 && mine < ${count}) {`, ...indent(last.lines), '}');
    }
    return this.finish(out, Math.ceil(count / perGroup));
  }

  /** Lanes walk the row in steps of `lanes`; their partial results are then reduced. */
  #rowPass(pass: Pass, row: GpuScope, lanes: number, count: number): string[] {
    const { d, kernel } = this;
    const out: string[] = [];
    const body = this.scope(row);
    for (const r of pass.reductions) {
      const dtype = r.value.dtype;
      out.push(d.variable(dtype, `s${r.id}`, d.reduceIdentity(r.op, dtype)));
      body.lines.push(this.#accumulate(r, `s${r.id}`, body));
    }
    if (pass.stores.length > 0) {
      const stores = this.scope(row);
      // Stores are the last statements of the body and stand behind the guard of threads without a row.
      for (const s of pass.stores) {
        const value = body.value(s.value);
        stores.lines.push(d.store(s.slot, printIndex(s.index), value, kernel.slots[s.slot]));
      }
      body.lines.push(`if (mine < ${count}) {`, ...indent(stores.lines), '}');
    }
    if (body.lines.length > 0) {
      out.push(...d.loop(kernel.inner.name, 'lane', `${kernel.inner.extent}`, lanes, body.lines));
    }
    for (const r of pass.reductions) {
      const dtype = r.value.dtype;
      const scratch = () => this.scratch(dtype);
      out.push(...reduceLanes(d, { op: r.op, dtype, name: `s${r.id}`, lanes, scratch }));
    }
    return out;
  }

  #accumulate(r: Reduction, name: string, scope: GpuScope): string {
    const types = [r.value.dtype, r.value.dtype];
    const value = scope.value(r.value);
    return `${name} = ${this.d.apply(r.op === 'sum' ? 'add' : 'max', [name, value], types)};`;
  }

  columns(): PrintedKernel {
    const { d, kernel } = this;
    const [n, j] = [kernel.inner.extent, kernel.reduced!];
    const enough = n * this.rowCount >= MANY_COLUMNS || j.extent < 8;
    const width = enough ? d.threads : Math.min(d.threads, powerOfTwo(Math.min(n, COLUMN_TILE)));
    const depth = d.threads / width;
    const chunks = Math.ceil(n / width);
    const reduction = kernel.passes[0].reductions[0];
    const store = kernel.passes[0].stores[0];
    const dtype = reduction.value.dtype;
    const scope = this.scope();
    scope.lines.push(this.#accumulate(reduction, 'acc', scope));
    const tasks = this.rowCount * chunks;
    const out = [
      d.constant('index', 'row', `clamp_index(g / ${chunks}, 0, ${this.rowCount - 1})`),
      ...this.rowVariables('row'),
      d.constant('index', 'column', `(g % ${chunks}) * ${width} + t % ${width}`),
      d.constant('index', kernel.inner.name, `clamp_index(column, 0, ${n - 1})`),
      d.variable(dtype, 'acc', d.reduceIdentity(reduction.op, dtype)),
      ...d.loop(j.name, `t / ${width}`, `${j.extent}`, depth, scope.lines),
    ];
    const scratch = () => this.scratch(dtype);
    out.push(...reduceColumns(d, { op: reduction.op, dtype, name: 'acc', width, depth, scratch }));
    const index = printIndex(store.index);
    out.push(
      `if (column < ${n} && t < ${width} && g < ${tasks}) {`,
      `  ${d.store(store.slot, index, 'acc', kernel.slots[store.slot])}`,
      '}',
    );
    return this.finish(out, tasks);
  }
}

/** Prints a loop kernel for a grid; `tasks` of the result are workgroups of `block` threads. */
export function printGpuKernel(kernel: LoopKernel, dialect: GpuDialect): PrintedKernel {
  const printer = new GpuPrinter(kernel, dialect);
  if (kernel.kind === 'col') return printer.columns();
  const isMap = kernel.rowStores.length === 0 && kernel.passes.every((p) => p.reductions.length === 0);
  return isMap ? printer.map() : printer.rows();
}
