// Prints one loop kernel: the loop nest around the expressions. How the work is cut into tasks is
// decided here from the shapes alone.

import type { Epilogue } from '../schedule/epilogue.ts';
import { coefficient, dependsOn } from '../schedule/index-expr.ts';
import {
  allIndices,
  type LoopKernel,
  loadsOf,
  type Pass,
  type Scalar,
  type Store,
} from '../schedule/loops.ts';
import type { Dialect } from './dialect.ts';
import { printIndex, Scope } from './expression.ts';

export interface PrintedKernel {
  /** Text with the symbol left out as `@`: equal texts are the same kernel. */
  readonly text: string;
  readonly tasks: number;
  readonly grid?: readonly [number, number, number];
  readonly block?: number;
}

/** Elements per task: long enough to pay for the dispatch, short enough to share. */
const TASK_ELEMENTS = 16384;
const COLUMN_CHUNK = 64;

/** Vector code needs every access linear in the inner variable and no guard on it. */
export function isVectorizable(kernel: LoopKernel): boolean {
  if (allIndices(kernel).some((index) => coefficient(index, kernel.inner.name) === undefined)) return false;
  let ok = true;
  const seen = new Set<string>();
  const walk = (s: Scalar): void => {
    if (seen.has(s.key) || !ok) return;
    seen.add(s.key);
    if (s.kind === 'guard' && dependsOn(s.index, kernel.inner.name)) ok = false;
    if (s.kind === 'apply') s.args.forEach(walk);
    if (s.kind === 'guard') [s.inside, s.outside].forEach(walk);
  };
  for (const pass of kernel.passes) {
    for (const r of pass.reductions) walk(r.value);
    for (const s of pass.stores) {
      walk(s.value);
      if (coefficient(s.index, kernel.inner.name) !== 1) ok = false;
    }
  }
  return ok;
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

class Printer {
  readonly kernel: LoopKernel;
  readonly d: Dialect;
  readonly vector: boolean;
  readonly names = { next: 0 };
  /** A value that a pass computes before its first store. */
  readonly early: Scalar | undefined;

  constructor(kernel: LoopKernel, dialect: Dialect, early?: Scalar) {
    this.kernel = kernel;
    this.d = dialect;
    this.early = early;
    this.vector = kernel.inner.extent >= dialect.width && isVectorizable(kernel);
  }

  scope(inner: string, vector: boolean, outer?: Scope): Scope {
    return new Scope({ dialect: this.d, inner, vector, outer, names: this.names });
  }

  store(scope: Scope, s: Store, mode: 'scalar' | 'vector'): void {
    const dtype = this.kernel.slots[s.slot].dtype;
    scope.lines.push(this.d.store(`p${s.slot}`, printIndex(s.index), scope.value(s.value), dtype, mode));
  }

  /** Row variables from the flat row number. */
  rowVariables(): string[] {
    const rows = this.kernel.rows;
    let below = 1;
    return rows
      .map((axis, k) => ({ axis, k }))
      .reverse()
      .map(({ axis, k }) => {
        const quotient = below === 1 ? 'row' : `row / ${below}`;
        below *= axis.extent;
        return `const int64_t ${axis.name} = ${k === 0 ? quotient : `(${quotient}) % ${axis.extent}`};`;
      })
      .reverse();
  }

  /** One pass over [first, end) of the inner axis: a vector loop, then a scalar loop for the rest. */
  pass(pass: Pass, row: Scope, first: string, end: string, wholeVectors: boolean): string[] {
    const { d, kernel } = this;
    const i = kernel.inner.name;
    const out: string[] = [];
    out.push(`int64_t ${i} = ${first};`);
    if (this.vector) {
      for (const r of pass.reductions) {
        const dtype = r.value.dtype;
        out.push(`${d.type(dtype, 'vector')} w${r.id} = ${d.splat(d.reduceIdentity(r.op, dtype), dtype)};`);
      }
      const body = this.scope(i, true, row);
      this.passBody(pass, body, 'vector');
      out.push(`for (; ${i} + ${d.width} <= ${end}; ${i} += ${d.width}) {`, ...indent(body.lines), '}');
    }
    for (const r of pass.reductions) {
      const dtype = r.value.dtype;
      const start = this.vector ? d.reduceLanes(r.op, `w${r.id}`, dtype) : d.reduceIdentity(r.op, dtype);
      out.push(`s${r.id} = ${start};`);
    }
    if (!this.vector || !wholeVectors) {
      const body = this.scope(i, false, row);
      this.passBody(pass, body, 'scalar');
      out.push(`for (; ${i} < ${end}; ${i}++) {`, ...indent(body.lines), '}');
    }
    return ['{', ...indent(out), '}'];
  }

  passBody(pass: Pass, scope: Scope, mode: 'scalar' | 'vector'): void {
    if (this.early) scope.value(this.early);
    for (const r of pass.reductions) {
      const acc = mode === 'vector' ? `w${r.id}` : `s${r.id}`;
      const op = r.op === 'sum' ? 'add' : 'max';
      const types = [r.value.dtype, r.value.dtype];
      scope.lines.push(`${acc} = ${this.d.apply(op, [acc, scope.value(r.value)], types, mode)};`);
    }
    for (const s of pass.stores) this.store(scope, s, mode);
  }

  /** All passes of one row; row values are computed before the first pass that uses them. */
  row(first: string, end: string, wholeVectors: boolean): string[] {
    const row = this.scope(this.kernel.inner.name, false);
    const out: string[] = [];
    for (const pass of this.kernel.passes) {
      for (const r of pass.reductions) out.push(`${this.d.type(r.value.dtype, 'scalar')} s${r.id};`);
      const loop = this.pass(pass, row, first, end, wholeVectors);
      out.push(...row.lines.splice(0), ...loop);
      for (const r of pass.reductions) row.define(`r${r.id}`, `s${r.id}`);
    }
    for (const s of this.kernel.rowStores) this.store(row, s, 'scalar');
    out.push(...row.lines.splice(0));
    return out;
  }

  /** A map over one axis is cut along that axis. */
  flatMap(): PrintedKernel {
    const n = this.kernel.inner.extent;
    const body = [
      `const int64_t begin = t * ${TASK_ELEMENTS};`,
      `const int64_t end = begin + ${TASK_ELEMENTS} < ${n} ? begin + ${TASK_ELEMENTS} : ${n};`,
      ...this.row('begin', 'end', n % this.d.width === 0),
    ];
    return { text: this.d.kernel('@', this.kernel.slots, body), tasks: Math.ceil(n / TASK_ELEMENTS) };
  }

  rows(): PrintedKernel {
    const n = this.kernel.inner.extent;
    const count = this.kernel.rows.reduce((total, axis) => total * axis.extent, 1);
    const perTask = Math.max(1, Math.floor(TASK_ELEMENTS / n));
    const nest = [...this.rowVariables(), ...this.row('0', `${n}`, n % this.d.width === 0)];
    const body = [
      `const int64_t last = (t + 1) * ${perTask} < ${count} ? (t + 1) * ${perTask} : ${count};`,
      `for (int64_t row = t * ${perTask}; row < last; row++) {`,
      ...indent(nest),
      '}',
    ];
    return { text: this.d.kernel('@', this.kernel.slots, body), tasks: Math.ceil(count / perTask) };
  }

  /** A map over the rectangle that its caller names. */
  rectangle(): string {
    const nest = [...this.rowVariables(), ...this.row('from', 'to', false)];
    const body = ['for (int64_t row = first; row < last; row++) {', ...indent(nest), '}'];
    return this.d.rectangle('@', this.kernel.slots, body);
  }

  /** Reductions over an outer axis: a task owns some columns of one row and walks the reduced axis. */
  columns(): PrintedKernel {
    const { kernel, d } = this;
    const n = kernel.inner.extent;
    const count = kernel.rows.reduce((total, axis) => total * axis.extent, 1);
    const chunks = Math.ceil(n / COLUMN_CHUNK);
    const i = kernel.inner.name;
    const loops: string[] = [`int64_t ${i} = begin;`];
    if (this.vector)
      loops.push(...this.columnLoop('vector', `; ${i} + ${d.width} <= end; ${i} += ${d.width}`));
    loops.push(...this.columnLoop('scalar', `; ${i} < end; ${i}++`));
    const body = [
      `const int64_t row = t / ${chunks};`,
      '(void)row;',
      `const int64_t begin = t % ${chunks} * ${COLUMN_CHUNK};`,
      `const int64_t end = begin + ${COLUMN_CHUNK} < ${n} ? begin + ${COLUMN_CHUNK} : ${n};`,
      ...this.rowVariables(),
      ...loops,
    ];
    return { text: d.kernel('@', kernel.slots, body), tasks: count * chunks };
  }

  columnLoop(mode: 'scalar' | 'vector', head: string): string[] {
    const { kernel, d } = this;
    const reduction = kernel.passes[0].reductions[0];
    const dtype = reduction.value.dtype;
    const inner = this.scope(kernel.inner.name, mode === 'vector');
    const op = reduction.op === 'sum' ? 'add' : 'max';
    const value = inner.value(reduction.value);
    const identity = d.reduceIdentity(reduction.op, dtype);
    const store = kernel.passes[0].stores[0];
    const j = kernel.reduced!;
    return [
      `for (${head}) {`,
      `  ${d.type(dtype, mode)} acc = ${mode === 'vector' ? d.splat(identity, dtype) : identity};`,
      `  for (int64_t ${j.name} = 0; ${j.name} < ${j.extent}; ${j.name}++) {`,
      ...indent(indent(inner.lines)),
      `    acc = ${d.apply(op, ['acc', value], [dtype, dtype], mode)};`,
      '  }',
      `  ${d.store(`p${store.slot}`, printIndex(store.index), 'acc', dtype, mode)}`,
      '}',
    ];
  }
}

/** An epilogue. The result that it reads is loaded before anything is stored, because one of the stores may overwrite it. */
export function printEpilogue({ kernel, product }: Epilogue, dialect: Dialect): string {
  const result = loadsOf(kernel).find((load) => load.slot === product)!;
  return new Printer(kernel, dialect, result).rectangle();
}

export function printKernel(kernel: LoopKernel, dialect: Dialect): PrintedKernel {
  const printer = new Printer(kernel, dialect);
  if (kernel.kind === 'col') return printer.columns();
  const isMap = kernel.rowStores.length === 0 && kernel.passes.every((p) => p.reductions.length === 0);
  return isMap && kernel.rows.length === 0 ? printer.flatMap() : printer.rows();
}
