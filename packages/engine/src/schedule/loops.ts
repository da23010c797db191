// The middle level: one kernel as loops over rows, passes over a row, and scalar expressions on index
// expressions. Printers turn it into text; nothing here knows a language.

import type { DType } from '../core/shape.ts';
import type { Index } from './index-expr.ts';
import type { Storage } from './launch.ts';

export type Scalar = { readonly key: string; readonly dtype: DType } & (
  | { readonly kind: 'load'; readonly slot: number; readonly index: Index }
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'apply'; readonly op: string; readonly args: readonly Scalar[] }
  /** `inside` where from <= index < to, else `outside`. */
  | {
      readonly kind: 'guard';
      readonly index: Index;
      readonly from: number;
      readonly to: number;
      readonly inside: Scalar;
      readonly outside: Scalar;
    }
  /** The finished value of a reduction of this kernel. */
  | { readonly kind: 'reduction'; readonly id: number }
);

export const scalars = {
  load: (slot: number, index: Index, dtype: DType): Scalar => ({
    kind: 'load',
    slot,
    index,
    dtype,
    key: `${dtype}[${slot}:${index.key}]`,
  }),
  constant: (value: number, dtype: DType): Scalar => ({
    kind: 'const',
    value,
    dtype,
    key: `${dtype}#${Object.is(value, -0) ? '-0' : value}`,
  }),
  index: (index: Index): Scalar => ({ kind: 'index', index, dtype: 'i32', key: `i<${index.key}>` }),
  reduction: (id: number, dtype: DType): Scalar => ({ kind: 'reduction', id, dtype, key: `r${id}` }),
};

export interface Store {
  readonly slot: number;
  readonly index: Index;
  readonly value: Scalar;
}

export interface Reduction {
  readonly id: number;
  readonly op: 'sum' | 'reduce_max';
  readonly value: Scalar;
}

/** One pass over the inner axis. */
export interface Pass {
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
}

export interface Axis {
  readonly name: string;
  readonly extent: number;
}

export interface LoopKernel {
  /**
   * row: rows x passes over the inner axis, reductions along it (map is a row without reductions).
   * col: rows x inner, one reduction over the `reduced` axis between them.
   */
  readonly kind: 'row' | 'col';
  readonly rows: readonly Axis[];
  readonly reduced?: Axis;
  readonly inner: Axis;
  readonly passes: readonly Pass[];
  /** One value per row, stored after the last pass. */
  readonly rowStores: readonly Store[];
  /** Element type and direction of each slot; a slot is one buffer argument. */
  readonly slots: readonly { readonly dtype: DType; readonly written: boolean; readonly storage?: Storage }[];
}

/** Rebuilds a scalar with every index mapped; shared subexpressions stay shared by key. */
export function mapIndices(scalar: Scalar, map: (index: Index) => Index): Scalar {
  const memo = new Map<string, Scalar>();
  const walk = (s: Scalar): Scalar => {
    const known = memo.get(s.key);
    if (known) return known;
    const out = rebuild(s, map, walk);
    memo.set(s.key, out);
    return out;
  };
  return walk(scalar);
}

function rebuild(s: Scalar, map: (index: Index) => Index, walk: (s: Scalar) => Scalar): Scalar {
  switch (s.kind) {
    case 'load':
      return scalars.load(s.slot, map(s.index), s.dtype);
    case 'index':
      return scalars.index(map(s.index));
    case 'apply':
      return applyScalar(s.op, s.args.map(walk), s.dtype);
    case 'guard':
      return guardScalar(map(s.index), s.from, s.to, walk(s.inside), walk(s.outside));
    default:
      return s;
  }
}

const digests = new Map<string, string>();

/** Long keys are replaced by short unique ones: equal text, equal key. */
function shorten(key: string): string {
  if (key.length < 64) return key;
  let short = digests.get(key);
  if (!short) {
    short = `$${digests.size}`;
    digests.set(key, short);
  }
  return short;
}

export function applyScalar(op: string, args: readonly Scalar[], dtype: DType): Scalar {
  return { kind: 'apply', op, args, dtype, key: shorten(`${op}:${dtype}(${args.map((a) => a.key).join()})`) };
}

export function guardScalar(index: Index, from: number, to: number, inside: Scalar, outside: Scalar): Scalar {
  if (index.min >= from && index.max < to) return inside;
  if (index.max < from || index.min >= to) return outside;
  const key = shorten(`guard(${index.key},${from},${to},${inside.key},${outside.key})`);
  return { kind: 'guard', index, from, to, inside, outside, dtype: inside.dtype, key };
}

/** Calls `see` once for every value that the stores and reductions of a kernel are made of. */
function everyScalar(kernel: LoopKernel, see: (s: Scalar) => void): void {
  const seen = new Set<string>();
  const walk = (s: Scalar): void => {
    if (seen.has(s.key)) return;
    seen.add(s.key);
    see(s);
    if (s.kind === 'apply') s.args.forEach(walk);
    if (s.kind === 'guard') [s.inside, s.outside].forEach(walk);
  };
  for (const store of allStores(kernel)) walk(store.value);
  for (const pass of kernel.passes) for (const r of pass.reductions) walk(r.value);
}

/** Every index expression of a kernel. */
export function allIndices(kernel: LoopKernel): Index[] {
  const out = allStores(kernel).map((store) => store.index);
  everyScalar(kernel, (s) => {
    if (s.kind === 'load' || s.kind === 'index' || s.kind === 'guard') out.push(s.index);
  });
  return out;
}

export function loadsOf(kernel: LoopKernel): Extract<Scalar, { kind: 'load' }>[] {
  const out: Extract<Scalar, { kind: 'load' }>[] = [];
  everyScalar(kernel, (s) => {
    if (s.kind === 'load') out.push(s);
  });
  return out;
}

export const allStores = (kernel: LoopKernel): Store[] => [
  ...kernel.passes.flatMap((p) => p.stores),
  ...kernel.rowStores,
];
