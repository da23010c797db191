// Prints scalar expressions as single assignments. A scope is a place in the loop nest: values that do
// not depend on the inner variable go to the row scope, computed once per row.

import { coefficient, dependsOn, type Index } from '../schedule/index-expr.ts';
import type { Scalar } from '../schedule/loops.ts';
import type { Dialect, Mode } from './dialect.ts';

/** Integer arithmetic as C-like text, which all dialects share. */
export function printIndex(index: Index): string {
  const terms = index.terms.map(([atom, c]) => {
    const text =
      atom.kind === 'var'
        ? atom.key
        : atom.kind === 'clamp'
          ? `clamp_index(${printIndex(atom.arg!)}, ${atom.min}, ${atom.max})`
          : `(${printIndex(atom.arg!)} ${atom.kind === 'div' ? '/' : '%'} ${atom.by})`;
    return c === 1 ? text : `${text} * ${c}`;
  });
  if (index.constant !== 0 || terms.length === 0) terms.push(`${index.constant}`);
  return terms.length === 1 ? terms[0] : `(${terms.join(' + ')})`;
}

interface Value {
  readonly text: string;
  readonly mode: Mode;
}

export class Scope {
  readonly lines: string[] = [];
  readonly #values = new Map<string, Value>();
  readonly #dialect: Dialect;
  /** Vector code over this variable; undefined in scalar code. */
  readonly #vectorized: string | undefined;
  readonly #inner: string;
  /** Where values independent of the inner variable are computed; itself when absent. */
  readonly #outer: Scope | undefined;
  readonly #names: { next: number };

  constructor(options: {
    dialect: Dialect;
    inner: string;
    vector: boolean;
    outer?: Scope;
    names: { next: number };
  }) {
    this.#dialect = options.dialect;
    this.#inner = options.inner;
    this.#vectorized = options.vector ? options.inner : undefined;
    this.#outer = options.outer;
    this.#names = options.names;
  }

  /** Gives a value (a finished reduction) a name already in the text. */
  define(key: string, text: string): void {
    this.#values.set(key, { text, mode: 'scalar' });
  }

  lookup(key: string): Value | undefined {
    return this.#values.get(key) ?? this.#outer?.lookup(key);
  }

  /** Text of a value in vector mode (when this scope is vectorised), else in scalar mode. */
  value(scalar: Scalar): string {
    const v = this.#emit(scalar);
    if (!this.#vectorized || v.mode === 'vector') return v.text;
    return this.#dialect.splat(v.text, scalar.dtype);
  }

  #emit(s: Scalar): Value {
    const known = this.lookup(s.key);
    if (known) return known;
    if (s.kind === 'const') return { text: this.#dialect.literal(s.value, s.dtype), mode: 'scalar' };
    if (this.#outer && !usesVariable(s, this.#inner)) return this.#outer.#emit(s);
    const value = this.#expression(s);
    const name = `x${this.#names.next++}`;
    this.lines.push(`${this.#dialect.type(s.dtype, value.mode)} ${name} = ${value.text};`);
    const named = { text: name, mode: value.mode };
    this.#values.set(s.key, named);
    return named;
  }

  #expression(s: Scalar): Value {
    const d = this.#dialect;
    switch (s.kind) {
      case 'load': {
        const stride = this.#stride(s.index);
        const mode: Mode = stride === 0 ? 'scalar' : 'vector';
        return { text: d.load(`p${s.slot}`, printIndex(s.index), s.dtype, mode, stride), mode };
      }
      case 'index': {
        const stride = this.#stride(s.index);
        if (stride === 0) return { text: `(int32_t)${printIndex(s.index)}`, mode: 'scalar' };
        return { text: d.ramp(printIndex(s.index), stride), mode: 'vector' };
      }
      case 'apply': {
        const args = s.args.map((a) => ({ ...this.#emit(a), dtype: a.dtype }));
        const mode: Mode = args.some((a) => a.mode === 'vector') ? 'vector' : 'scalar';
        const texts = args.map((a) => (mode === a.mode ? a.text : d.splat(a.text, a.dtype)));
        const types = args.map((a) => a.dtype);
        return { text: d.apply(s.op, texts, types, mode), mode };
      }
      case 'guard': {
        const [yes, no] = [this.#emit(s.inside), this.#emit(s.outside)];
        const mode: Mode = yes.mode === 'vector' || no.mode === 'vector' ? 'vector' : 'scalar';
        const [a, b] = [yes, no].map((v) => (v.mode === mode ? v.text : d.splat(v.text, s.dtype)));
        const at = printIndex(s.index);
        return { text: d.select(`${at} >= ${s.from} && ${at} < ${s.to}`, a, b), mode };
      }
      default:
        throw new Error(`value ${s.key} is used before it is known`);
    }
  }

  /** Elements between neighbouring lanes. */
  #stride(index: Index): number {
    if (!this.#vectorized) return 0;
    const stride = coefficient(index, this.#vectorized);
    if (stride === undefined) throw new Error(`index ${index.key} is not linear in ${this.#vectorized}`);
    return stride;
  }
}

const cache = new WeakMap<Scalar, Map<string, boolean>>();

export function usesVariable(s: Scalar, name: string): boolean {
  const known = cache.get(s)?.get(name);
  if (known !== undefined) return known;
  let uses = false;
  if (s.kind === 'load' || s.kind === 'index') uses = dependsOn(s.index, name);
  else if (s.kind === 'apply') uses = s.args.some((a) => usesVariable(a, name));
  else if (s.kind === 'guard') {
    uses = dependsOn(s.index, name) || usesVariable(s.inside, name) || usesVariable(s.outside, name);
  }
  const entry = cache.get(s) ?? new Map<string, boolean>();
  entry.set(name, uses);
  cache.set(s, entry);
  return uses;
}
