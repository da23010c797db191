import { describe, expect, it } from 'vitest';
import { digamma, expectedCounts } from './expectation.ts';
import { buildLattice, type Lattice, pieceText, thinLattice } from './lattice.ts';
import { prune, viterbiCounts } from './pruning.ts';
import { findSeeds } from './seeds.ts';
import { buildWordTable } from './word-table.ts';

const WORDS: [string, number][] = [
  ['abcab', 5],
  ['abab', 3],
  ['cab', 2],
  ['aaaa', 2],
];

function latticeOf(words: [string, number][], maxLength = 4): { lattice: Lattice; texts: string[] } {
  const table = buildWordTable(words, 1);
  const lattice = buildLattice(table, findSeeds(table, maxLength, 1000));
  return { lattice, texts: Array.from(lattice.length, (_, piece) => pieceText(lattice, piece)) };
}

/** Every way to write `word` in pieces. */
function segmentations(word: string, pieces: Set<string>): string[][] {
  if (word === '') return [[]];
  return [...pieces]
    .filter((piece) => word.startsWith(piece))
    .flatMap((piece) => segmentations(word.slice(piece.length), pieces).map((rest) => [piece, ...rest]));
}

/** Probabilities that differ from piece to piece and sum to one. */
function someProbabilities(size: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) => 1 + ((i * 7) % 11));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

describe('E-step', () => {
  it('agrees with the sum over all segmentations', () => {
    const { lattice, texts } = latticeOf(WORDS);
    const probability = someProbabilities(texts.length);
    const p = new Map(texts.map((text, i) => [text, probability[i]]));
    const expected = new Map(texts.map((text) => [text, 0]));
    let logLikelihood = 0;
    for (const [word, times] of WORDS) {
      const paths = segmentations(word, new Set(texts));
      const weights = paths.map((path) => path.reduce((product, piece) => product * p.get(piece)!, 1));
      const sum = weights.reduce((a, b) => a + b, 0);
      logLikelihood += times * Math.log(sum);
      paths.forEach((path, i) => {
        for (const piece of path) expected.set(piece, expected.get(piece)! + (times * weights[i]) / sum);
      });
    }
    const found = expectedCounts(lattice, probability);
    expect(found.logLikelihood).toBeCloseTo(logLikelihood, 10);
    texts.forEach((text, i) => {
      expect(found.counts[i]).toBeCloseTo(expected.get(text)!, 10);
    });
  });

  it('neither under- nor overflows on a word of 50,000 characters and tiny probabilities', () => {
    const word = 'abcab'.repeat(10_000);
    const { lattice, texts } = latticeOf([[word, 3]]);
    const probability = new Float64Array(texts.length).fill(1e-60);
    const { counts, logLikelihood } = expectedCounts(lattice, probability);
    const characters = texts.reduce((sum, text, i) => sum + counts[i] * text.length, 0);
    expect(characters / (3 * word.length)).toBeCloseTo(1, 9);
    expect(Number.isFinite(logLikelihood)).toBe(true);
  });
});

describe('pruning', () => {
  it('counts the pieces of the best segmentation', () => {
    const { lattice, texts } = latticeOf(WORDS);
    const score = someProbabilities(texts.length).map(Math.log);
    const scoreOf = new Map(texts.map((text, i) => [text, score[i]]));
    const sum = (path: string[]) => path.reduce((total, piece) => total + scoreOf.get(piece)!, 0);
    const counts = viterbiCounts(lattice, score);
    const total = texts.reduce((all, _, i) => all + counts[i] * score[i], 0);
    const best = WORDS.map(([word, times]) => {
      return times * Math.max(...segmentations(word, new Set(texts)).map(sum));
    });
    expect(total).toBeCloseTo(
      best.reduce((a, b) => a + b, 0),
      10,
    );
  });

  it('keeps the pieces whose loss would be largest, by the formula worked out by hand', () => {
    // Two words, each one piece or its letters. With a = b = x = y the rarer word costs less to split.
    const { lattice, texts } = latticeOf([
      ['ab', 8],
      ['xy', 3],
    ]);
    const score = Float64Array.from(texts, (text) => (text.length === 2 ? Math.log(0.3) : Math.log(0.1)));
    const alive = new Uint8Array(texts.length).fill(1);
    expect(prune(lattice, score, alive, 5, 0.1)).toBe(5);
    expect(texts.filter((_, i) => alive[i] === 1)).toEqual(['a', 'b', 'x', 'y', 'ab']);
  });

  it('drops a piece that is better written by its parts, however many may stay', () => {
    const { lattice, texts } = latticeOf([['ab', 8]]);
    const score = Float64Array.from(texts, (text) => (text.length === 2 ? Math.log(0.01) : Math.log(0.4)));
    const alive = new Uint8Array(texts.length).fill(1);
    prune(lattice, score, alive, 100, 0.75);
    expect(texts.filter((_, i) => alive[i] === 1)).toEqual(['a', 'b']);
    thinLattice(lattice, alive);
    expect(lattice.offsets[lattice.offsets.length - 1]).toBe(0);
  });
});

describe('digamma', () => {
  it('has its known values', () => {
    const gamma = 0.5772156649015329;
    expect(digamma(1)).toBeCloseTo(-gamma, 10);
    expect(digamma(0.5)).toBeCloseTo(-gamma - 2 * Math.LN2, 9);
    expect(digamma(10)).toBeCloseTo(2.251752589066721, 10);
  });
});
