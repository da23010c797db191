import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeUrlsAndAscii } from './japanese-edits.ts';
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

  it('remove the runs of ASCII that an expression finds', () => {
    const pieces = fc.array(fc.constantFrom('a', ' ', 'abc', '\n', 'あ', '\u0080', 'x'.repeat(9)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 12 }), (all, length) => {
        const value = all.join('');
        const runs = new RegExp(`[\\0-\\x09\\x0b-\\x7f]{${length},}`, 'g');
        const changes = value.match(runs)?.length ?? 0;
        const expected = changes === 0 ? value : value.replace(runs, '').trim();
        expect(removeUrlsAndAscii(value, length)).toEqual({ text: expected, changes });
      }),
      { numRuns: 300 },
    );
  });
});
