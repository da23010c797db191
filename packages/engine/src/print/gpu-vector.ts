// Map and row kernels that read and write eight neighbouring elements at a time (16 bytes of bfloat16): for CUDA,
// whose compiler never joins narrow accesses by itself. Everything that does not fit is left to gpu-kernel.ts.

import { coefficient, type Index } from '../schedule/index-expr.ts';
import type { LoopKernel, Pass, Scalar } from '../schedule/loops.ts';
import { printIndex } from './expression.ts';
import type { GpuDialect, SharedArray } from './gpu-dialect.ts';
import { GpuScope } from './gpu-expression.ts';
import { reduceLanes } from './gpu-reduce.ts';
import type { PrintedKernel } from './kernel.ts';

const WIDTH = 8;
/** Below these, one element a thread keeps more of the GPU busy. */
const LEAST_MAP = 1 << 14;
const LEAST_ROW = 256;

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
const powerOfTwo = (n: number) => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

/** Whether `width` elements from a multiple of it on lie side by side and begin at a multiple of it. */
export function isRun(index: Index, inner: string, width = WIDTH): boolean {
  if (coefficient(index, inner) !== 1 || index.constant % width !== 0) return false;
  return index.terms.every(([atom, c]) => c % width === 0 || (atom.kind === 'var' && atom.key === inner));
}

const reduces = (kernel: LoopKernel) =>
  kernel.rowStores.length > 0 || kernel.passes.some((p) => p.reductions.length > 0);

export function isVectorizable(kernel: LoopKernel): boolean {
  const { extent, name } = kernel.inner;
  if (kernel.kind !== 'row' || extent % WIDTH !== 0) return false;
  const count = kernel.rows.reduce((total, axis) => total * axis.extent, 1);
  if (reduces(kernel) ? extent < LEAST_ROW : extent * count < LEAST_MAP) return false;
  return kernel.passes.every((p) => p.stores.every((s) => isRun(s.index, name)));
}

/** Loads of float runs in the values of a pass, by what the dialect will be asked for. */
function runsOf(pass: Pass, inner: string): Map<string, { slot: number; index: string }> {
  const runs = new Map<string, { slot: number; index: string }>();
  const seen = new Set<string>();
  const walk = (s: Scalar): void => {
    if (seen.has(s.key)) return;
    seen.add(s.key);
    if (s.kind === 'load' && s.dtype === 'f32' && isRun(s.index, inner)) {
      const index = printIndex(s.index);
      runs.set(`${s.slot}:${index}`, { slot: s.slot, index });
    }
    if (s.kind === 'apply') s.args.forEach(walk);
    if (s.kind === 'guard') [s.inside, s.outside].forEach(walk);
  };
  for (const r of pass.reductions) walk(r.value);
  for (const s of pass.stores) walk(s.value);
  return runs;
}

class VectorPrinter {
  readonly #names = { next: 0 };
  readonly #shared = new Map<string, SharedArray>();
  readonly kernel: LoopKernel;
  readonly d: GpuDialect;

  constructor(kernel: LoopKernel, dialect: GpuDialect) {
    this.kernel = kernel;
    this.d = dialect;
  }

  /** Eight elements from `i` on: runs are loaded at once, values computed one by one, results stored at once. */
  #eight(pass: Pass, row: GpuScope, guard: string | undefined): string[] {
    const { kernel, d } = this;
    const inner = kernel.inner.name;
    const runs = runsOf(pass, inner);
    const names = new Map([...runs.keys()].map((key) => [key, `v${this.#names.next++}`]));
    const load: GpuDialect['load'] = (slot, index, info) => {
      const name = names.get(`${slot}:${index}`);
      return name === undefined ? d.load(slot, index, info) : `${name}.x[e]`;
    };
    const body = new GpuScope({ ...d, load }, kernel.slots, this.#names, { scope: row, inner });
    for (const r of pass.reductions) {
      const types = [r.value.dtype, r.value.dtype];
      const combined = d.apply(r.op === 'sum' ? 'add' : 'max', [`s${r.id}`, body.value(r.value)], types);
      body.lines.push(`s${r.id} = ${combined};`);
    }
    const before: string[] = [];
    const after: string[] = [];
    pass.stores.forEach((s, k) => {
      const info = kernel.slots[s.slot];
      const value = body.value(s.value);
      if (info.dtype !== 'f32') {
        const store = d.store(s.slot, printIndex(s.index), value, info);
        body.lines.push(guard ? `if (${guard}) { ${store} }` : store);
        return;
      }
      before.push(`f8 w${k};`);
      body.lines.push(`w${k}.x[e] = ${value};`);
      after.push(`st8(p${s.slot} + ${printIndex(s.index)}, w${k});`);
    });
    return [
      ...[...runs].map(([key, { slot, index }]) => `const f8 ${names.get(key)} = ld8(p${slot} + ${index});`),
      ...before,
      `const int first = ${inner};`,
      '#pragma unroll',
      `for (int e = 0; e < ${WIDTH}; e++) {`,
      `  const int ${inner} = first + e;`,
      `  (void)${inner};`,
      ...indent(body.lines),
      '}',
      ...(guard && after.length > 0 ? [`if (${guard}) {`, ...indent(after), '}'] : after),
    ];
  }

  #rowVariables(row: string): string[] {
    const out: string[] = [];
    let below = 1;
    for (const [k, axis] of [...this.kernel.rows.entries()].reverse()) {
      const quotient = below === 1 ? row : `${row} / ${below}`;
      below *= axis.extent;
      out.unshift(this.d.constant('index', axis.name, k === 0 ? quotient : `(${quotient}) % ${axis.extent}`));
    }
    return out;
  }

  #finish(body: readonly string[], tasks: number): PrintedKernel {
    const { threads } = this.d;
    const parts = { slots: this.kernel.slots, shared: [...this.#shared.values()], threads, body };
    return { text: this.d.kernel(parts), tasks, grid: [tasks, 1, 1], block: threads };
  }

  map(): PrintedKernel {
    const { kernel, d } = this;
    const n = kernel.inner.extent;
    const count = kernel.rows.reduce((total, axis) => total * axis.extent, 1);
    const row = new GpuScope(d, kernel.slots, this.#names);
    const eight = kernel.passes.flatMap((pass) => this.#eight(pass, row, undefined));
    const body = [
      d.constant('index', 'at', `(g * ${d.threads} + t) * ${WIDTH}`),
      `if (at < ${n * count}) {`,
      `  ${d.constant('index', kernel.inner.name, count > 1 ? `at % ${n}` : 'at')}`,
      ...indent(this.#rowVariables(`(at / ${n})`)),
      ...indent(row.lines),
      ...indent(eight),
      '}',
    ];
    return this.#finish(body, Math.ceil((n * count) / (d.threads * WIDTH)));
  }

  rows(): PrintedKernel {
    const { kernel, d } = this;
    const count = kernel.rows.reduce((total, axis) => total * axis.extent, 1);
    const lanes = Math.min(d.threads, powerOfTwo(kernel.inner.extent / WIDTH));
    const perGroup = d.threads / lanes;
    const row = new GpuScope(d, kernel.slots, this.#names);
    const out = [
      d.constant('index', 'lane', `t % ${lanes}`),
      d.constant('index', 'mine', `g * ${perGroup} + t / ${lanes}`),
      // Threads without a row of their own repeat the last one, because all must meet at the barriers.
      d.constant('index', 'row', `clamp_index(mine, 0, ${count - 1})`),
      ...this.#rowVariables('row'),
    ];
    for (const pass of kernel.passes) {
      const start = pass.reductions.map((r) =>
        d.variable(r.value.dtype, `s${r.id}`, d.reduceIdentity(r.op, r.value.dtype)),
      );
      const eight = this.#eight(pass, row, `mine < ${count}`);
      out.push(...row.lines.splice(0), ...start);
      const [from, step] = [`lane * ${WIDTH}`, lanes * WIDTH];
      out.push(...d.loop(kernel.inner.name, from, `${kernel.inner.extent}`, step, eight));
      for (const r of pass.reductions) {
        const dtype = r.value.dtype;
        const scratch = () => {
          const name = `scratch_${dtype}`;
          this.#shared.set(name, { name, dtype, length: d.threads });
          return name;
        };
        out.push(...reduceLanes(d, { op: r.op, dtype, name: `s${r.id}`, lanes, scratch }));
        row.define(`r${r.id}`, `s${r.id}`);
      }
    }
    const last = new GpuScope(d, kernel.slots, this.#names, { scope: row, inner: kernel.inner.name });
    for (const s of kernel.rowStores) last.store(s.slot, printIndex(s.index), s.value);
    out.push(...row.lines.splice(0));
    if (last.lines.length > 0) out.push(`if (lane == 0 && mine < ${count}) {`, ...indent(last.lines), '}');
    return this.#finish(out, Math.ceil(count / perGroup));
  }
}

/** Prints a kernel for which `isVectorizable` holds. The dialect's texts must know f8, ld8 and st8. */
export function printVectorKernel(kernel: LoopKernel, dialect: GpuDialect): PrintedKernel {
  const printer = new VectorPrinter(kernel, dialect);
  return reduces(kernel) ? printer.rows() : printer.map();
}
