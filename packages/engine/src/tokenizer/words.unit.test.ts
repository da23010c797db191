import { describe, expect, it } from 'vitest';
import { requiredCharacters } from './word-table.ts';
import { countChunks, countWords, type Followed, symbolPattern, type Word, type WordRules } from './words.ts';

const RULES: WordRules = {
  segmentJapanese: true,
  splitDigits: true,
  userSymbols: ['\n'],
  seeds: 'words',
  japaneseSpaces: 'apart',
};

function countedWords(text: string, changes: Partial<WordRules>): Word[] {
  const rules = { ...RULES, ...changes };
  const chunks: Followed = new Map();
  countChunks(text, symbolPattern(rules.userSymbols), rules.seeds, chunks);
  return countWords(chunks, rules);
}

function wordsOf(text: string, changes: Partial<WordRules> = {}): string[] {
  return countedWords(text, changes).flatMap(([word, times]) => Array<string>(times).fill(word));
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

  it('may begin with a space in Japanese too if asked, as in SentencePiece', () => {
    const joined = { japaneseSpaces: 'joined', segmentJapanese: false } as const;
    expect(wordsOf('GPU で  計算', joined).sort()).toEqual(['GPU', '▁', '▁で', '▁計算']);
    expect(wordsOf('GPU で計算', { japaneseSpaces: 'joined' }).sort()).toEqual(['GPU', '▁で', '計算']);
  });

  it('come with what follows them in the sentence, and with all their spaces, for seeds as in SentencePiece', () => {
    const words = countedWords('日本、日本 GPU  is', {
      seeds: 'sentences',
      segmentJapanese: false,
      japaneseSpaces: 'joined',
    });
    expect(words.sort()).toEqual(
      [
        ['、', 1, '日'],
        ['▁GPU', 1, '▁'],
        ['▁▁is', 1, ''],
        ['日本', 1, '、'],
        ['日本', 1, '▁'],
      ].sort(),
    );
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
