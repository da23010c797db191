import type { Language } from '@tsudoi/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CorpusDocument, documentId } from '../document.ts';
import { createDeduplicator } from './deduplicator.ts';
import { createLshIndex } from './lsh-index.ts';
import { createMinHash, estimateJaccard } from './minhash.ts';
import { avalanche, createShingler, type Shingles } from './shingles.ts';
import { createUnionFind } from './union-find.ts';

const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
const document = (text: string, path = 'p', language: Language = 'ja', sourceId = 's'): CorpusDocument => ({
  text,
  meta: { id: documentId(text), sourceId, path, language, format: 'text', package: 'k', version: '1' },
});

/** Two sets of `size` shingles each with Jaccard similarity `similarity`, different for every `salt`. */
function pair(size: number, similarity: number, salt: number): [Shingles, Shingles] {
  const shared = Math.round((2 * size * similarity) / (1 + similarity));
  const set = (own: number): Shingles => {
    const high = new Uint32Array(size);
    const low = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const value = avalanche(salt * 100_003 + i + (i < shared ? 0 : own * 50_021));
      low[i] = value;
      high[i] = avalanche(value ^ 0x55555555);
    }
    return { high, low, count: size };
  };
  return [set(1), set(2)];
}

describe('MinHash-LSH', () => {
  it('finds planted near-duplicates as often as 1 - (1 - s^10)^20 says', () => {
    const trials = 400;
    for (const similarity of [0.6, 0.7, 0.75, 0.8, 0.9]) {
      let found = 0;
      let estimate = 0;
      for (let trial = 0; trial < trials; trial++) {
        const minHash = createMinHash(200, trial);
        const [one, other] = pair(300, similarity, trial).map(minHash);
        const index = createLshIndex(20, 10);
        index.add(0, one, () => expect.unreachable());
        let hit = false;
        index.add(1, other, (earlier) => {
          hit = earlier === 0;
        });
        if (hit) found += 1;
        estimate += estimateJaccard(one.high, other.high) / trials;
      }
      const theory = 1 - (1 - similarity ** 10) ** 20;
      const tolerance = 3.3 * Math.sqrt((theory * (1 - theory)) / trials) + 0.01;
      expect(
        Math.abs(found / trials - theory),
        `s = ${similarity}: ${found / trials} against ${theory}`,
      ).toBeLessThan(tolerance);
      expect(Math.abs(estimate - similarity)).toBeLessThan(0.01);
    }
  });

  it('finds real text in which some characters were changed, and leaves different text alone', () => {
    const sentence = (i: number) =>
      `第${i}節では、設定項目${(i * 7919) % 1000}の意味と、値${(i * 104_729) % 9973}を選ぶ理由を説明する。`;
    const text = Array.from({ length: 60 }, (_, i) => sentence(i)).join('\n');
    const edited = text.replace('第30節', '第三十節').replace('第50節', '第五十節').concat('以上');
    const other = Array.from(
      { length: 60 },
      (_, i) => `${(i * 31_337) % 7777}番の手順は、${sentence(i + 900).slice(4, 20)}と異なる。`,
    ).join('\n');
    const dedup = createDeduplicator(settings);
    for (const each of [text, edited, other]) dedup.add(document(each));
    const { decisions } = dedup.decide();
    expect(decisions[0]).toMatchObject({ kept: false, keptIndex: 1, reason: 'near' });
    expect(decisions.slice(1)).toEqual([{ kept: true }, { kept: true }]);
  });
});

describe('deduplication', () => {
  it('keeps the longest text of a cluster, then the smallest id, then the first', () => {
    const body = 'これは十分に長い本文であり、どの文書にもそのまま含まれています。'.repeat(3);
    const dedup = createDeduplicator(settings);
    [
      document(body, 'a'),
      document(body, 'b'),
      document(`${body}終`, 'c'),
      document(body, 'd', 'ja', 'other'),
    ].forEach(dedup.add);
    const { decisions, clusters, members } = dedup.decide();
    expect(decisions.map((decision) => decision.kept)).toEqual([false, false, true, false]);
    expect(clusters).toEqual([{ kept: 2, members: [0, 1, 2, 3] }]);
    expect(members[clusters[0].kept].path).toBe('c');
  });

  it('calls equal texts exact and keeps the first of them', () => {
    const dedup = createDeduplicator(settings);
    for (const [i, text] of ['同じ文', '別の文', '同じ文'].entries()) dedup.add(document(text, `${i}`));
    expect(dedup.decide().decisions).toEqual([
      { kept: true },
      { kept: true },
      { kept: false, keptIndex: 0, reason: 'exact', jaccardEstimate: 1 },
    ]);
  });

  it('joins clusters through a common neighbour, in whatever order unions come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30))), (edges) => {
        const sets = createUnionFind();
        for (let i = 0; i <= 30; i++) sets.add();
        const label = Array.from({ length: 31 }, (_, i) => i);
        for (const [a, b] of edges) {
          sets.union(a, b);
          const [from, to] = [label[a], label[b]];
          label.forEach((each, i) => {
            if (each === from) label[i] = to;
          });
        }
        for (let i = 0; i <= 30; i++)
          for (let j = 0; j < i; j++) expect(sets.find(i) === sets.find(j)).toBe(label[i] === label[j]);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps its tables right when they grow', () => {
    const index = createLshIndex(1, 1);
    const signature = (i: number) => ({ high: Uint32Array.of(avalanche(i)), low: Uint32Array.of(i) });
    for (let i = 0; i < 5000; i++) index.add(i, signature(i), () => expect.unreachable());
    for (let i = 0; i < 5000; i++) {
      let earlier = -1;
      index.add(10_000 + i, signature(i), (found) => {
        earlier = found;
      });
      expect(earlier).toBe(i);
    }
  });
});

describe('shingles', () => {
  const count = (text: string, language: Language, n = 5) => createShingler(n)(text, language).count;

  it('are characters without white space for Japanese, words for English and code, each counted once', () => {
    expect(count('あいう えお\nか', 'ja')).toBe(2);
    expect(count('ああああああああ', 'ja')).toBe(1);
    expect(count('one two, three; FOUR five six', 'en')).toBe(2);
    expect(count('a b', 'en')).toBe(1);
    expect(count('', 'ja')).toBe(1);
  });

  it('are as many as a set of n-grams holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('あ', 'い', 'a', 'B', ' '), minLength: 3, maxLength: 300 }),
        (text) => {
          const bare = text.toLowerCase().replace(/\s/g, '');
          const set = new Set(
            Array.from({ length: Math.max(1, bare.length - 2) }, (_, i) => bare.slice(i, i + 3)),
          );
          expect(count(text, 'ja', 3)).toBe(set.size);
        },
      ),
    );
  });
});
