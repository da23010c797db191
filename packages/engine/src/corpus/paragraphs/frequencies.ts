import { createUnionFind } from '../dedup/union-find.ts';
import { createSimHasher, hammingDistance, WORDS } from './simhash.ts';
import { createSimilarity } from './similarity.ts';

/**
 * A signature is sorted this many times, each time beginning at another bit, so that a few unequal bits do not hide a
 * pair. Uzushio takes 5 and compares within a buffer of 10 MB; more rotations with a small window find as many pairs
 * with a bounded number of comparisons.
 */
const ROTATIONS = 16;
/** Neighbours in a sorted order that are compared with each paragraph. */
const WINDOW = 32;
/** Bits of 128 in which signatures of near-duplicates may differ; the rule on the texts decides afterwards. */
const MOST_DIFFERENT_BITS = 36;

export interface ParagraphFrequencies {
  /** How often the same paragraph was seen. */
  exact(paragraph: string): number;
  /** How often it or a near-duplicate of it was seen; never less than `exact`. */
  near(paragraph: string): number;
  readonly distinct: number;
}

/** Blank lines end a paragraph; in a text without any, each line is one. */
export function paragraphsOf(text: string): string[] {
  const blocks = text.split(/\n{2,}/);
  return (blocks.length > 1 ? blocks : text.split('\n'))
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

/**
 * Counts paragraphs and their near-duplicates: SimHash to find candidates, the texts to decide, clusters by union-find.
 * Add every document, then ask. Memory: the distinct paragraphs, 20 bytes each beside their text.
 */
export function createParagraphCounter() {
  const numberOf = new Map<string, number>();
  const counts: number[] = [];
  return {
    add(text: string): void {
      for (const paragraph of paragraphsOf(text)) {
        const known = numberOf.get(paragraph);
        if (known === undefined) {
          numberOf.set(paragraph, counts.length);
          counts.push(1);
        } else counts[known] += 1;
      }
    },
    /** Every distinct paragraph, in the order in which they were first seen. */
    paragraphs: (): Iterable<string> => numberOf.keys(),
    frequencies(): ParagraphFrequencies {
      const paragraphs = [...numberOf.keys()];
      const near = nearFrequencies(paragraphs, counts);
      const look = (table: ArrayLike<number>) => (paragraph: string) => {
        const number = numberOf.get(paragraph.trim());
        return number === undefined ? 0 : table[number];
      };
      return { exact: look(counts), near: look(near), distinct: paragraphs.length };
    },
  };
}

function nearFrequencies(paragraphs: readonly string[], counts: readonly number[]): Float64Array {
  const signatures = new Int32Array(paragraphs.length * WORDS);
  const simHash = createSimHasher();
  for (const [i, paragraph] of paragraphs.entries()) simHash(paragraph, signatures, i * WORDS);
  const sets = createUnionFind(paragraphs.length);
  const similar = createSimilarity();
  for (let rotation = 0; rotation < ROTATIONS; rotation++) {
    const order = sortedFromBit(signatures, Math.round((rotation * 128) / ROTATIONS));
    for (let at = 0; at < order.length; at++) {
      const one = order[at];
      for (let next = at + 1; next < Math.min(order.length, at + 1 + WINDOW); next++) {
        const other = order[next];
        if (hammingDistance(signatures, one, other) > MOST_DIFFERENT_BITS) continue;
        if (sets.find(one) !== sets.find(other) && similar(paragraphs[one], paragraphs[other]))
          sets.union(one, other);
      }
    }
  }
  const sums = new Float64Array(paragraphs.length);
  for (let i = 0; i < paragraphs.length; i++) sums[sets.find(i)] += counts[i];
  return sums.map((_, i) => sums[sets.find(i)]);
}

/** Numbers of the signatures in the order of their 128 bits read from bit `from` on, round and round. */
function sortedFromBit(signatures: Int32Array, from: number): Uint32Array {
  const count = signatures.length / WORDS;
  const rotated = new Uint32Array(signatures.length);
  const [word, bit] = [from >> 5, from & 31];
  for (let i = 0; i < count; i++) {
    for (let w = 0; w < WORDS; w++) {
      const left = signatures[i * WORDS + ((w + word) % WORDS)];
      const right = signatures[i * WORDS + ((w + word + 1) % WORDS)];
      rotated[i * WORDS + w] = bit === 0 ? left : (left << bit) | (right >>> (32 - bit));
    }
  }
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    for (let w = 0; w < WORDS; w++) {
      const difference = rotated[a * WORDS + w] - rotated[b * WORDS + w];
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}
