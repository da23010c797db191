import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLetters } from './letters.ts';

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'あいアイ漢字ｶﾞ。、！ー ab1２Ⅳ\n\t\u3000\u00a0\ufeff\u2028𠮷𝟙😀e\u0301#…'),
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  ),
  maxLength: 200,
});

describe('measures without regular expressions', () => {
  it('count letters, digits and visible characters as the expressions do, also outside the first plane', () => {
    const matches = (value: string, pattern: RegExp) => value.match(pattern)?.length ?? 0;
    fc.assert(
      fc.property(text, (value) => {
        expect(countLetters(value)).toEqual({
          letters: matches(value, /\p{L}/gu),
          lettersAndDigits: matches(value, /[\p{L}\p{N}]/gu),
          visible: matches(value, /\S/gu),
        });
      }),
    );
  });
});
