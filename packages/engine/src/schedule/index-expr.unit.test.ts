import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  clamp,
  coefficient,
  constantIndex,
  div,
  flatten,
  type Index,
  mod,
  scale,
  substitute,
  unflatten,
  variable,
} from './index-expr.ts';

/** The value of an index under an assignment of its variables. */
function evaluate(index: Index, at: Readonly<Record<string, number>>): number {
  return index.terms.reduce((sum, [atom, c]) => {
    if (atom.kind === 'var') return sum + c * at[atom.key];
    const arg = evaluate(atom.arg!, at);
    if (atom.kind === 'div') return sum + c * Math.floor(arg / atom.by!);
    if (atom.kind === 'mod') return sum + c * (arg % atom.by!);
    return sum + c * Math.min(Math.max(arg, atom.min), atom.max);
  }, index.constant);
}

const extents = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 });

interface Sample {
  readonly index: Index;
  readonly value: (at: Readonly<Record<string, number>>) => number;
}

/** A random non-negative index with its meaning computed beside it. */
function randomIndex(sizes: readonly number[], steps: readonly (readonly [number, number])[]): Sample {
  let current: Sample = { index: variable('v0', sizes[0]), value: (at) => at.v0 };
  for (const [kind, n] of steps) {
    const { index, value } = current;
    const name = `v${n % 3}`;
    if (kind === 0)
      current = { index: add(index, variable(name, sizes[n % 3])), value: (at) => value(at) + at[name] };
    if (kind === 1) current = { index: scale(index, n), value: (at) => value(at) * n };
    if (kind === 2) current = { index: div(index, n), value: (at) => Math.floor(value(at) / n) };
    if (kind === 3) current = { index: mod(index, n), value: (at) => value(at) % n };
    if (kind === 6)
      current = {
        index: add(constantIndex(index.max), scale(index, -1)),
        value: (at) => index.max - value(at),
      };
    if (kind === 4) current = { index: add(index, constantIndex(n)), value: (at) => value(at) + n };
    if (kind === 5)
      current = { index: clamp(index, 1, n), value: (at) => Math.min(Math.max(value(at), 1), n) };
  }
  return current;
}

const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 7 })), {
  maxLength: 8,
});

function everyPoint(sizes: readonly number[], visit: (at: Record<string, number>) => void): void {
  for (let a = 0; a < sizes[0]; a++) {
    for (let b = 0; b < sizes[1]; b++) for (let c = 0; c < sizes[2]; c++) visit({ v0: a, v1: b, v2: c });
  }
}

describe('index expressions', () => {
  it('mean what their construction means, and stay within their interval', () => {
    fc.assert(
      fc.property(extents, steps, (sizes, path) => {
        const { index, value } = randomIndex(sizes, path);
        everyPoint(sizes, (at) => {
          const got = evaluate(index, at);
          expect(got).toBe(value(at));
          expect(got >= index.min && got <= index.max).toBe(true);
        });
      }),
    );
  });

  it('keep their meaning when variables are substituted', () => {
    fc.assert(
      fc.property(extents, steps, (sizes, path) => {
        const doubled = [2 * sizes[1], sizes[1], sizes[2]];
        const { index, value } = randomIndex(doubled, path);
        const swapped = substitute(index, new Map([['v0', scale(variable('v1', sizes[1]), 2)]]));
        everyPoint(sizes, (at) => {
          expect(evaluate(swapped, at)).toBe(value({ ...at, v0: 2 * at.v1 }));
        });
      }),
    );
  });

  it('cancel a reshape and its inverse', () => {
    const flat = variable('i', 24);
    expect(flatten(unflatten(flat, [2, 3, 4]), [2, 3, 4]).key).toBe(flat.key);
    const index = [variable('a', 2), variable('b', 3), variable('c', 4)];
    const back = unflatten(flatten(index, [2, 3, 4]), [2, 3, 4]);
    expect(back.map((k) => k.key)).toEqual(index.map((k) => k.key));
  });

  it('know where they are linear', () => {
    const i = variable('i', 12);
    expect(coefficient(add(scale(i, 3), constantIndex(5)), 'i')).toBe(3);
    expect(coefficient(div(i, 5), 'i')).toBeUndefined();
    expect(coefficient(div(scale(i, 10), 5), 'i')).toBe(2);
    expect(coefficient(i, 'j')).toBe(0);
  });
});
