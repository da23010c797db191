import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importLimits, parseItems } from './parse-items.ts';

describe('a file of items', () => {
  test('gives text and answer of each line, under the names that instruction data uses', () => {
    const file =
      '\uFEFF{"ID":"AC-1","text":"質問","output":"答え","meta":{}}\r\n\n{"text":" b ","reply":""}\n{"text":"c","response":"d"}';
    expect(parseItems(file)).toEqual({
      items: [
        { text: '質問', reply: '答え' },
        { text: 'b', reply: null },
        { text: 'c', reply: 'd' },
      ],
    });
  });

  test.each([
    ['{"text":"a"}\n{"text":', 'not-json', 2],
    ['["a"]', 'not-json', 1],
    ['{"text":"a"}\n\n{"output":"b"}', 'no-text', 3],
    ['{"text":"  "}', 'no-text', 1],
    [JSON.stringify({ text: 'a'.repeat(importLimits.characters + 1) }), 'too-long', 1],
    ['\n \n', 'empty', 0],
    ['{"text":"a"}\n'.repeat(importLimits.items + 1), 'too-many', importLimits.items + 1],
    [' '.repeat(importLimits.bytes + 1), 'too-big', 0],
  ])('is refused whole, with the line that is wrong (%#)', (file, problem, line) => {
    expect(parseItems(file)).toEqual({ problem, line });
  });

  test('is never read as more or other items than its lines, whatever is in it', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (texts) => {
        const file = texts.map((text) => JSON.stringify({ text })).join('\n');
        expect(parseItems(file)).toEqual({
          items: texts.map((text) => ({ text: text.trim(), reply: null })),
        });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseItems(text)));
  });
});
