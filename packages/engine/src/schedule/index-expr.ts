// Index expressions: integers computed from loop variables. Kept in a normal form (constant plus
// coefficients of atoms) with intervals, so that reshapes of reshapes cancel and bounds are proved.

export interface Atom {
  readonly kind: 'var' | 'div' | 'mod' | 'clamp';
  readonly key: string;
  readonly min: number;
  readonly max: number;
  /** Argument of div, mod and clamp. */
  readonly arg?: Index;
  /** Divisor of div and mod. */
  readonly by?: number;
}

export interface Index {
  readonly constant: number;
  readonly terms: readonly (readonly [Atom, number])[];
  readonly min: number;
  readonly max: number;
  readonly key: string;
}

function make(constant: number, terms: readonly (readonly [Atom, number])[]): Index {
  const kept = terms.filter(([, c]) => c !== 0).sort(([a], [b]) => (a.key < b.key ? -1 : 1));
  let [min, max] = [constant, constant];
  for (const [atom, c] of kept) {
    min += c > 0 ? c * atom.min : c * atom.max;
    max += c > 0 ? c * atom.max : c * atom.min;
  }
  const key = `${kept.map(([a, c]) => `${c}*${a.key}`).join('+')}+${constant}`;
  return { constant, terms: kept, min, max, key };
}

const ofAtom = (atom: Atom): Index => make(0, [[atom, 1]]);

export const constantIndex = (value: number): Index => make(value, []);

/** A loop variable over [0, extent). A loop of one iteration is the constant zero. */
export const variable = (name: string, extent: number): Index =>
  extent === 1 ? constantIndex(0) : ofAtom({ kind: 'var', key: name, min: 0, max: extent - 1 });

export function scale(a: Index, factor: number): Index {
  if (factor === 1) return a;
  return make(
    a.constant * factor,
    a.terms.map(([atom, c]) => [atom, c * factor] as const),
  );
}

export function add(a: Index, b: Index): Index {
  if (b.terms.length === 0) return b.constant === 0 ? a : make(a.constant + b.constant, a.terms);
  if (a.terms.length === 0 && a.constant === 0) return b;
  const sum = new Map<string, readonly [Atom, number]>();
  for (const [atom, c] of [...a.terms, ...b.terms]) {
    sum.set(atom.key, [atom, (sum.get(atom.key)?.[1] ?? 0) + c]);
  }
  return recombine(a.constant + b.constant, [...sum.values()]);
}

/** by * (x div by) + (x mod by) is x again. */
function recombine(constant: number, terms: readonly (readonly [Atom, number])[]): Index {
  for (const [mod, c] of terms) {
    if (mod.kind !== 'mod' || c === 0) continue;
    const match = terms.find(
      ([d, cd]) => d.kind === 'div' && d.by === mod.by && d.arg!.key === mod.arg!.key && cd === c * mod.by!,
    );
    if (!match) continue;
    const rest = terms.filter(([atom]) => atom !== mod && atom !== match[0]);
    return add(make(constant, rest), scale(mod.arg!, c));
  }
  return make(constant, terms);
}

/**
 * Splits a into by * quotient + rest, moving every whole multiple into the quotient. What is left of a non-negative index
 * may seem negative, where an axis is read backwards: the quotient then lends whole multiples.
 */
function splitBy(a: Index, by: number): { quotient: Index; rest: Index } {
  const whole = a.terms.filter(([, c]) => c % by === 0);
  const part = a.terms.filter(([, c]) => c % by !== 0);
  const q = Math.floor(a.constant / by);
  const left = make(a.constant - q * by, part);
  const lent = left.min < 0 && a.min >= 0 ? Math.ceil(-left.min / by) : 0;
  return {
    quotient: make(
      q - lent,
      whole.map(([atom, c]) => [atom, c / by] as const),
    ),
    rest: make(left.constant + lent * by, part),
  };
}

/** Floor division by a positive constant of a non-negative index. */
export function div(a: Index, by: number): Index {
  if (by === 1) return a;
  const { quotient, rest } = splitBy(a, by);
  if (rest.min < 0) throw new RangeError(`division of a negative index ${rest.key}`);
  if (rest.max < by) return quotient;
  const atom: Atom = {
    kind: 'div',
    key: `(${rest.key})/${by}`,
    arg: rest,
    by,
    min: Math.floor(rest.min / by),
    max: Math.floor(rest.max / by),
  };
  return add(quotient, ofAtom(atom));
}

export function mod(a: Index, by: number): Index {
  if (by === 1) return constantIndex(0);
  const { rest } = splitBy(a, by);
  if (rest.min < 0) throw new RangeError(`remainder of a negative index ${rest.key}`);
  if (rest.max < by) return rest;
  // Whole multiples inside of coefficients count for nothing: a row one longer than `by` begins one later each time.
  const within = make(
    rest.constant,
    rest.terms.map(([atom, c]) => [atom, ((c % by) + by) % by] as const),
  );
  if (within.min >= 0 && within.max < by) return within;
  return ofAtom({ kind: 'mod', key: `(${rest.key})%${by}`, arg: rest, by, min: 0, max: by - 1 });
}

/** The index held within [min, max]; used where a guard decides that the value is not needed. */
export function clamp(a: Index, min: number, max: number): Index {
  if (a.min >= min && a.max <= max) return a;
  if (a.terms.length === 0) return constantIndex(Math.min(Math.max(a.constant, min), max));
  return ofAtom({ kind: 'clamp', key: `clamp(${a.key},${min},${max})`, arg: a, min, max });
}

/** Coefficient of a variable, or undefined where it also occurs inside a div, mod or clamp. */
export function coefficient(a: Index, name: string): number | undefined {
  let found = 0;
  for (const [atom, c] of a.terms) {
    if (atom.kind === 'var') {
      if (atom.key === name) found = c;
    } else if (dependsOn(atom.arg!, name)) return undefined;
  }
  return found;
}

export function dependsOn(a: Index, name: string): boolean {
  return a.terms.some(([atom]) => (atom.kind === 'var' ? atom.key === name : dependsOn(atom.arg!, name)));
}

/** Replaces variables by other indices. */
export function substitute(a: Index, replace: ReadonlyMap<string, Index>): Index {
  let out = constantIndex(a.constant);
  for (const [atom, c] of a.terms) out = add(out, scale(substituteAtom(atom, replace), c));
  return out;
}

function substituteAtom(atom: Atom, replace: ReadonlyMap<string, Index>): Index {
  if (atom.kind === 'var') return replace.get(atom.key) ?? ofAtom(atom);
  const arg = substitute(atom.arg!, replace);
  if (atom.kind === 'div') return div(arg, atom.by!);
  if (atom.kind === 'mod') return mod(arg, atom.by!);
  return clamp(arg, atom.min, atom.max);
}

/** Row-major offset of a multi-index. */
export function flatten(index: readonly Index[], shape: readonly number[]): Index {
  let out = constantIndex(0);
  index.forEach((k, axis) => {
    out = add(scale(out, shape[axis]), k);
  });
  return out;
}

/** The multi-index of a row-major offset. */
export function unflatten(flat: Index, shape: readonly number[]): Index[] {
  const out = new Array<Index>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    out[axis] = mod(rest, shape[axis]);
    rest = div(rest, shape[axis]);
  }
  if (shape.length > 0) out[0] = shape[0] === 1 ? constantIndex(0) : rest;
  return out;
}

/** The multi-index before a reshape. Group by group, so that a reshape which only adds or drops ones, or splits one axis, stays affine. */
export function reshapeIndex(
  index: readonly Index[],
  from: readonly number[],
  to: readonly number[],
): Index[] {
  const out: Index[] = [];
  let [a, b] = [0, 0];
  while (a < from.length || b < to.length) {
    const [startA, startB] = [a, b];
    let [sizeA, sizeB] = [from[a++] ?? 1, to[b++] ?? 1];
    while (sizeA !== sizeB) {
      if (sizeA < sizeB) sizeA *= from[a++];
      else sizeB *= to[b++];
    }
    const flat = flatten(index.slice(startA, a), from.slice(startA, a));
    out.push(...unflatten(flat, to.slice(startB, b)));
  }
  return out.slice(0, to.length);
}
