import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLattice, pieceText } from './lattice.ts';
import { findSeeds } from './seeds.ts';
import { buildWordTable } from './word-table.ts';
import type { Word } from './words.ts';

/** Substrings of 2 .. max characters that occur at least twice and are not always followed by the same character. */
function slowSeeds(words: [string, number][], max: number): Map<string, number> {
  const counts = new Map<string, number>();
  const followers = new Map<string, Set<string>>();
  words.forEach(([word, times], w) => {
    for (let from = 0; from < word.length; from++) {
      for (let to = from + 2; to <= Math.min(word.length, from + max); to++) {
        const text = word.slice(from, to);
        counts.set(text, (counts.get(text) ?? 0) + times);
        const followed = followers.get(text) ?? new Set();
        // Every end of a word counts as a follower of its own.
        followers.set(text, followed.add(to < word.length ? word[to] : `end of ${w}`));
        if (to === word.length) followed.add(`after ${w}`);
      }
    }
  });
  return new Map([...counts].filter(([text, n]) => n >= 2 && followers.get(text)!.size > 1));
}

const words = fc.uniqueArray(
  fc.tuple(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 }),
    fc.integer({ min: 1, max: 4 }),
  ),
  { minLength: 1, maxLength: 8, selector: ([word]) => word },
);

describe('seed pieces', () => {
  it('are the repeated right-maximal substrings with their frequencies', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 6 }), (list, max) => {
        const table = buildWordTable(list, 1);
        const seeds = findSeeds(table, max, 10_000);
        const lattice = buildLattice(table, seeds);
        const found = new Map<string, number>();
        seeds.frequency.forEach((frequency, i) => {
          found.set(pieceText(lattice, table.alphabet.length + i), frequency);
        });
        expect([...found].sort()).toEqual([...slowSeeds(list, max)].sort());
        expect(found.size).toBe(seeds.length.length);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('end inside a sentence only where more than one character follows, if sentences decide', () => {
    const seedsOf = (words: Word[]) => {
      const table = buildWordTable(words, 1, 'sentences');
      const seeds = findSeeds(table, 4, 100);
      const lattice = buildLattice(table, seeds);
      return Array.from(seeds.length, (_, i) => pieceText(lattice, table.alphabet.length + i));
    };
    expect(
      seedsOf([
        ['ab', 5, 'c'],
        ['c', 5],
      ]),
    ).toEqual([]);
    expect(
      seedsOf([
        ['ab', 3, 'c'],
        ['ab', 2, ''],
        ['c', 5],
      ]),
    ).toEqual(['ab']);
    expect(
      seedsOf([
        ['ab', 3, 'x'],
        ['ab', 2, 'y'],
      ]),
    ).toEqual([]);
    expect(
      seedsOf([
        ['▁▁ab', 3, 'a'],
        ['▁▁b', 2, ''],
        ['▁ab', 2, 'b'],
      ]),
    ).toEqual(['▁▁', 'ab', '▁ab']);
  });

  it('are limited to those with the highest frequency times length', () => {
    const table = buildWordTable(
      [
        ['abcd', 10],
        ['xy', 30],
        ['zz', 2],
      ],
      1,
    );
    const seeds = findSeeds(table, 4, 2);
    const lattice = buildLattice(table, seeds);
    expect([0, 1].map((i) => pieceText(lattice, table.alphabet.length + i))).toEqual(['xy', 'abcd']);
  });
});
