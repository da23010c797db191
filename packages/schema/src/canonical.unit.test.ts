import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

test('keys are sorted by UTF-16 code unit, white space is gone, undefined members are left out', () => {
  const value = { b: [1, { y: null, x: true }], a: '集\n', '\ufb33': 2, '😀': 1, c: undefined };
  expect(canonicalJson(value)).toBe('{"a":"集\\n","b":[1,{"x":true,"y":null}],"😀":1,"\ufb33":2}');
});

test('numbers are written as RFC 8785 says', () => {
  expect(canonicalJson([1e21, 1e-7, 0.1, -0, 100, 1e-8])).toBe('[1e+21,1e-7,0.1,0,100,1e-8]');
});

test('what JSON cannot say is an error and never silently null', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('x')]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
});

test('equal values give equal text in whatever order they were built, and the text reads back as the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
}
