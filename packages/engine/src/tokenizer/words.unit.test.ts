import { describe, expect, it } from 'vitest';
import { requiredCharacters } from './word-table.ts';
import { countChunks, countWords, symbolPattern, type WordRules } from './words.ts';

function wordsOf(text: string, changes: Partial<WordRules> = {}): string[] {
  const rules = { segmentJapanese: true, splitDigits: true, userSymbols: ['\n'], ...changes };
  const chunks = new Map<string, number>();
  countChunks(text, symbolPattern(rules.userSymbols), chunks);
  return countWords(chunks, rules).flatMap(([word, times]) => Array<string>(times).fill(word));
}

describe('words of training text', () => {
  it.each([
    ['the cat', ['the', '▁cat']],
    ['a   b', ['a', '▁▁', '▁b']],
    ['  ', ['▁▁']],
    ['year 2026', ['0', '2', '2', '6', 'year', '▁']],
    ['日本語の文章', ['の', '文章', '日本語']],
    ['GPU で計算', ['GPU', 'で', '計算', '▁']],
    ['カーﾄﾞ', ['カーﾄﾞ']],
    ['f(x) => 文', ['(', ')', 'f', 'x', '文', '▁', '▁=>']],
    ['一\n二', ['一', '二']],
    ['a▁b', ['a', 'b']],
    ['x\ud800y', ['x', 'y', '\uFFFD']],
    ['e\u0301a', ['e\u0301a']],
  ])('%j are %j', (text, words) => {
    expect(wordsOf(text).sort()).toEqual(words.sort());
  });

  it('are whole Japanese runs without segmentation, and digits stay together if asked', () => {
    expect(wordsOf('日本語の文章', { segmentJapanese: false })).toEqual(['日本語の文章']);
    expect(wordsOf('x 2026', { splitDigits: false })).toEqual(['x', '▁2026']);
  });

  it('never reach into a user symbol, the longest one first', () => {
    expect(wordsOf('a<br><b>c', { userSymbols: ['<b', '<br>', '<b>'] }).sort()).toEqual(['a', 'c']);
  });
});

describe('character coverage', () => {
  const words: [string, number][] = [
    ['aab', 10],
    ['c', 1],
  ];
  it('keeps the most frequent characters until enough of the text is covered', () => {
    expect(requiredCharacters(words, 0.6)).toEqual([['a', 20]]);
    expect(requiredCharacters(words, 0.9)).toEqual([
      ['a', 20],
      ['b', 10],
    ]);
    expect(requiredCharacters(words, 1)).toHaveLength(3);
  });
});
