// Scalar expressions as single assignments for one GPU thread. A scope is a place in the loop nest; values that
// do not depend on the inner variable are computed in the outer scope, once per row.

import type { Scalar } from '../schedule/loops.ts';
import { printIndex, usesVariable } from './expression.ts';
import type { GpuDialect, Slot } from './gpu-dialect.ts';

export class GpuScope {
  readonly lines: string[] = [];
  readonly #values = new Map<string, string>();
  readonly #dialect: GpuDialect;
  readonly #slots: readonly Slot[];
  readonly #names: { next: number };
  readonly #outer: { readonly scope: GpuScope; readonly inner: string } | undefined;

  constructor(
    dialect: GpuDialect,
    slots: readonly Slot[],
    names: { next: number },
    outer?: { readonly scope: GpuScope; readonly inner: string },
  ) {
    this.#dialect = dialect;
    this.#slots = slots;
    this.#names = names;
    this.#outer = outer;
  }

  /** Gives a value (a finished reduction) a name already in the text. */
  define(key: string, name: string): void {
    this.#values.set(key, name);
  }

  lookup(key: string): string | undefined {
    return this.#values.get(key) ?? this.#outer?.scope.lookup(key);
  }

  /** A name or literal that holds the value; the statements it needs are appended to `lines`. */
  value(s: Scalar): string {
    const known = this.lookup(s.key);
    if (known !== undefined) return known;
    if (s.kind === 'const') return this.#dialect.literal(s.value, s.dtype);
    if (this.#outer && !usesVariable(s, this.#outer.inner)) return this.#outer.scope.value(s);
    const text = this.#expression(s);
    const name = `x${this.#names.next++}`;
    this.lines.push(this.#dialect.constant(s.dtype, name, text));
    this.#values.set(s.key, name);
    return name;
  }

  store(slot: number, index: string, value: Scalar): void {
    this.lines.push(this.#dialect.store(slot, index, this.value(value), this.#slots[slot]));
  }

  #expression(s: Scalar): string {
    const d = this.#dialect;
    switch (s.kind) {
      case 'load':
        return d.load(s.slot, printIndex(s.index), this.#slots[s.slot]);
      case 'index':
        return d.fromIndex(printIndex(s.index));
      case 'apply':
        return d.apply(
          s.op,
          s.args.map((a) => this.value(a)),
          s.args.map((a) => a.dtype),
        );
      case 'guard': {
        const [yes, no] = [this.value(s.inside), this.value(s.outside)];
        const at = printIndex(s.index);
        return d.select(`${at} >= ${s.from} && ${at} < ${s.to}`, yes, no);
      }
      default:
        throw new Error(`value ${s.key} is used before it is known`);
    }
  }
}
