import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { krippendorffAlpha } from './krippendorff.ts';

/** One line per observer, one letter per unit, a dot for a missing value; as the papers print their examples. */
function unitsOf(...observers: string[]): string[][] {
  return Array.from({ length: observers[0].length }, (_, unit) =>
    observers.map((values) => values[unit]).filter((value) => value !== '.'),
  );
}

describe('examples that were published with their results', () => {
  // Krippendorff 2011, sections A to C: "Computing Krippendorff's Alpha-Reliability".
  test('two observers, two values: 0.095', () => {
    const units = unitsOf('0100000010', '1110010000');
    expect(krippendorffAlpha(units, 'nominal', ['0', '1'])).toBeCloseTo(0.095, 3);
  });

  test('two observers, five values: 0.692', () => {
    const units = unitsOf('aabbdcccedda', 'babbbccceddd');
    expect(krippendorffAlpha(units, 'nominal', [...'abcde'])).toBeCloseTo(0.692, 3);
  });

  test('four observers with missing values: nominal 0.743, ordinal 0.815', () => {
    const observers = [
      '1 2 3 3 2 1 4 1 2 . . .',
      '1 2 3 3 2 2 4 1 2 5 . 3',
      '. 3 3 3 2 3 4 2 2 5 1 .',
      '1 2 3 3 2 4 4 1 2 5 1 .',
    ].map((line) => line.replaceAll(' ', ''));
    expect(krippendorffAlpha(unitsOf(...observers), 'nominal', [...'12345'])).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(unitsOf(...observers), 'ordinal', [...'12345'])).toBeCloseTo(0.815, 3);
  });

  // The example of the article on the measure in Wikipedia: three coders, fifteen units.
  test('three coders: nominal 0.691', () => {
    const coders = [
      '* * * * * 3 4 1 2 1 1 3 3 * 3',
      '1 * 2 1 3 3 4 3 * * * * * * *',
      '* * 2 1 3 4 4 * 2 1 1 3 3 * 4',
    ].map((line) => line.replaceAll(' ', '').replaceAll('*', '.'));
    expect(krippendorffAlpha(unitsOf(...coders), 'nominal', [...'1234'])).toBeCloseTo(0.691, 3);
  });
});

describe('in general', () => {
  const value = fc.constantFrom('a', 'b', 'c');
  const units = fc.array(fc.array(value, { maxLength: 4 }), { maxLength: 12 });

  test('it is at most 1, and 1 where all agree and not all is the same', () => {
    fc.assert(
      fc.property(units, fc.constantFrom('nominal', 'ordinal'), (some, scale) => {
        const alpha = krippendorffAlpha(some, scale, ['a', 'b', 'c']);
        if (alpha !== null) expect(alpha).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
    expect(
      krippendorffAlpha(
        [
          ['a', 'a'],
          ['b', 'b'],
        ],
        'nominal',
        ['a', 'b'],
      ),
    ).toBe(1);
  });

  test('the order of reviewers and of items says nothing', () => {
    fc.assert(
      fc.property(units, (some) => {
        const turned = [...some].reverse().map((unit) => [...unit].reverse());
        const [one, two] = [some, turned].map((all) => krippendorffAlpha(all, 'ordinal', ['a', 'b', 'c']));
        if (one === null) expect(two).toBeNull();
        else expect(two).toBeCloseTo(one, 10);
      }),
    );
  });

  test('with two values ordinal is nominal', () => {
    const binary = fc.array(fc.array(fc.constantFrom('a', 'b'), { maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(binary, (some) => {
        const [one, two] = [
          krippendorffAlpha(some, 'nominal', ['a', 'b']),
          krippendorffAlpha(some, 'ordinal', ['a', 'b']),
        ];
        if (one === null) expect(two).toBeNull();
        else expect(two).toBeCloseTo(one, 10);
      }),
    );
  });

  test('it is not defined without pairs or without variation, and unknown values are no data', () => {
    expect(krippendorffAlpha([['a'], []], 'nominal', ['a', 'b'])).toBeNull();
    expect(
      krippendorffAlpha(
        [
          ['a', 'a'],
          ['a', 'a'],
        ],
        'nominal',
        ['a', 'b'],
      ),
    ).toBeNull();
    expect(() => krippendorffAlpha([['x', 'a']], 'nominal', ['a'])).toThrow(RangeError);
  });
});
