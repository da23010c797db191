// An epilogue as a function that a GPU template calls where it would store: with a row, a column, and the sums of one
// element or of a few neighbouring ones.

import type { Epilogue } from '../schedule/epilogue.ts';
import type { Index } from '../schedule/index-expr.ts';
import { allStores, loadsOf } from '../schedule/loops.ts';
import { printIndex } from './expression.ts';
import type { GpuDialect, Slot } from './gpu-dialect.ts';
import { GpuScope } from './gpu-expression.ts';
import { isRun } from './gpu-vector.ts';

/** How a language spells neighbouring elements. */
export interface RunSpelling {
  readonly width: number;
  /** Declarations: a run that is loaded, and one whose elements are assigned later. */
  load(name: string, slot: number, index: string, info: Slot): string;
  variable(name: string): string;
  /** A statement. */
  store(slot: number, index: string, name: string, info: Slot): string;
  /** Before the body of a loop over the elements, with `e` for each. */
  readonly loop: string;
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/**
 * The function's statements. They read `row` (all axes but the last as one) and `i`, the first column, of type index, and
 * `value`: the sum, or the run of sums. Slots have the numbers that `numberOf` gives them.
 */
export function printGpuEpilogue(
  { kernel, product, kept }: Epilogue,
  dialect: GpuDialect,
  numberOf: (slot: number) => number,
  run?: RunSpelling,
): string[] {
  const inner = kernel.inner.name;
  const stores = allStores(kernel);
  const names = { next: 0 };
  const runs = new Map<string, string>();
  const before: string[] = [];
  const load: GpuDialect['load'] = (slot, index, info) =>
    runs.get(`${slot}:${index}`) ?? dialect.load(numberOf(slot), index, info);
  const store: GpuDialect['store'] = (slot, index, value, info) =>
    dialect.store(numberOf(slot), index, value, info);
  const outer = new GpuScope({ ...dialect, load, store }, kernel.slots, names);
  const body = run
    ? new GpuScope({ ...dialect, load, store }, kernel.slots, names, { scope: outer, inner })
    : outer;
  const at = (index: Index) => printIndex(index);
  for (const s of loadsOf(kernel)) {
    const key = `${s.slot}:${at(s.index)}`;
    if (s.slot === product) runs.set(key, run ? 'value[e]' : 'value');
    else if (run && s.dtype === 'f32' && isRun(s.index, inner, run.width) && !runs.has(key)) {
      const name = `v${runs.size}`;
      before.push(run.load(name, numberOf(s.slot), at(s.index), kernel.slots[s.slot]));
      runs.set(key, `${name}[e]`);
    }
  }
  const own = at(stores[0].index);
  const after: string[] = [];
  if (kept && run) after.push(run.store(numberOf(product), own, 'value', kernel.slots[product]));
  else if (kept) body.lines.push(store(product, own, 'value', kernel.slots[product]));
  stores.forEach((s, k) => {
    if (!run) {
      body.store(s.slot, own, s.value);
      return;
    }
    before.push(run.variable(`w${k}`));
    body.lines.push(`w${k}[e] = ${body.value(s.value)};`);
    after.push(run.store(numberOf(s.slot), own, `w${k}`, kernel.slots[s.slot]));
  });
  const rows = rowVariables(kernel.rows, dialect);
  if (!run) return [...rows, ...body.lines];
  return [
    ...rows,
    ...outer.lines,
    ...before,
    dialect.constant('index', 'first', 'i'),
    run.loop,
    `  ${dialect.constant('index', 'i', 'first + e')}`,
    ...indent(body.lines),
    '}',
    ...after,
  ];
}

/** Row variables from the flat row number. */
function rowVariables(rows: Epilogue['kernel']['rows'], d: GpuDialect): string[] {
  const out: string[] = [];
  let below = 1;
  for (const [k, axis] of [...rows.entries()].reverse()) {
    const quotient = below === 1 ? 'row' : `row / ${below}`;
    below *= axis.extent;
    out.unshift(d.constant('index', axis.name, k === 0 ? quotient : `(${quotient}) % ${axis.extent}`));
  }
  return out;
}
