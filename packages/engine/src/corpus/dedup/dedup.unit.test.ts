import type { Language } from '@tsudoi/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CorpusDocument, documentId } from '../document.ts';
import { bandKeys, estimateJaccard, matchProbability, packSketch } from './bands.ts';
import { createDeduplicator } from './deduplicator.ts';
import { avalanche, createShingler, type Shingles } from './shingles.ts';
import { createSketcher } from './sketch.ts';
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
    const high = new Int32Array(size);
    const low = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const value = avalanche(salt * 100_003 + i + (i < shared ? 0 : own * 50_021));
      low[i] = value;
      high[i] = avalanche(value ^ 0x55555555);
    }
    return { high, low, count: size };
  };
  return [set(1), set(2)];
}

const exactSimilarity = (size: number, similarity: number) => {
  const shared = Math.round((2 * size * similarity) / (1 + similarity));
  return shared / (2 * size - shared);
};

describe('MinHash-LSH', () => {
  it('finds planted near-duplicates as often as 1 - (1 - s^10)^20 says, in short texts and in long ones', () => {
    const [buckets, rows, trials] = [20, 10, 400];
    const keysOf = (sketch: Int32Array) => {
      const keys = { high: new Int32Array(buckets), low: new Int32Array(buckets) };
      bandKeys(sketch, rows, keys.high, keys.low, 0);
      return keys;
    };
    for (const size of [40, 300, 2000]) {
      for (const similarity of [0.6, 0.7, 0.8, 0.9]) {
        let found = 0;
        let estimate = 0;
        for (let trial = 0; trial < trials; trial++) {
          const sketch = createSketcher(buckets * rows, trial);
          const packed = [new Uint8Array(buckets * rows), new Uint8Array(buckets * rows)];
          const [one, other] = pair(size, similarity, trial).map((shingles, i) => {
            const values = sketch(shingles);
            packSketch(values, packed[i], 0);
            return keysOf(values);
          });
          if (one.high.some((high, band) => high === other.high[band] && one.low[band] === other.low[band]))
            found += 1;
          estimate += estimateJaccard(packed[0], packed[1]) / trials;
        }
        const s = exactSimilarity(size, similarity);
        const theory = matchProbability(s, buckets, rows);
        const tolerance = 3.3 * Math.sqrt((theory * (1 - theory)) / trials) + 0.01;
        const label = `${size} shingles, s = ${s.toFixed(3)}: ${found / trials} against ${theory.toFixed(3)}`;
        expect(Math.abs(found / trials - theory), label).toBeLessThan(tolerance);
        expect(Math.abs(estimate - s), label).toBeLessThan(0.015);
      }
    }
  });

  it('finds real text in which some characters were changed, and leaves different text alone', async () => {
    const sentence = (i: number) =>
      `第${String.fromCharCode(0x4e00 + i * 7)}節では、設定項目${String.fromCharCode(0x4e00 + ((i * 7919) % 3000))}の意味と、値${String.fromCharCode(0x5e00 + ((i * 104_729) % 3973))}を選ぶ理由を説明する。`;
    const text = Array.from({ length: 60 }, (_, i) => sentence(i)).join('\n');
    const edited = text.replace('第', '題').replace('設定項目', '設定事項').concat('以上');
    const other = Array.from(
      { length: 60 },
      (_, i) => `${sentence(i + 900).slice(1, 9)}とは異なる手順である。`,
    ).join('\n');
    const dedup = createDeduplicator(settings);
    for (const each of [text, edited, other]) dedup.add(document(each));
    const { decisions } = await dedup.decide();
    expect(decisions[0]).toMatchObject({ kept: false, keptIndex: 1, reason: 'near', scope: 'source' });
    expect(decisions.slice(1)).toEqual([{ kept: true }, { kept: true }]);
  });
});

describe('deduplication', () => {
  it('keeps the longest text of a cluster, then the smallest id, then the first', async () => {
    const body = 'これは十分に長い本文であり、どの文書にもそのまま含まれています。'.repeat(3);
    const dedup = createDeduplicator(settings);
    [
      document(body, 'a'),
      document(body, 'b'),
      document(`${body}終`, 'c'),
      document(body, 'd', 'ja', 'other'),
    ].forEach(dedup.add);
    const { decisions, clusters, members } = await dedup.decide();
    expect(decisions.map((decision) => decision.kept)).toEqual([false, false, true, false]);
    expect(clusters).toEqual([{ kept: 2, members: [0, 1, 2, 3] }]);
    expect(members[clusters[0].kept].path).toBe('c');
  });

  it('calls equal texts exact and keeps the first of them', async () => {
    const dedup = createDeduplicator(settings);
    for (const [i, text] of ['同じ文', '別の文', '同じ文'].entries()) dedup.add(document(text, `${i}`));
    expect((await dedup.decide()).decisions).toEqual([
      { kept: true },
      { kept: true },
      { kept: false, keptIndex: 0, reason: 'exact', scope: 'source', jaccardEstimate: 1 },
    ]);
  });

  it('joins clusters through a common neighbour, in whatever order unions come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30))), (edges) => {
        const sets = createUnionFind(31);
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

  it('looks inside each source first: a document removed there takes no part in the comparison across', async () => {
    const body = 'これは十分に長い本文であり、どの文書にもそのまま含まれています。'.repeat(3);
    const dedup = createDeduplicator(settings);
    for (const [source, text] of [
      ['a', body],
      ['a', `${body}終`],
      ['b', body],
      ['b', `${body}終わり。`],
    ] as const)
      dedup.add(document(text, source, 'ja', source));
    const { decisions, clusters } = await dedup.decide();
    expect(decisions.map((d) => (d.kept ? 'kept' : `${d.scope} ${d.keptIndex}`))).toEqual([
      'source 3',
      'across 3',
      'source 3',
      'kept',
    ]);
    expect(clusters).toEqual([{ kept: 3, members: [0, 1, 2, 3] }]);
  });

  it('decides the same in whatever order documents come', async () => {
    const text = (i: number) =>
      Array.from({ length: 40 }, (_, k) =>
        String.fromCharCode(0x4e00 + ((i * 977 + k * k * 31) % 5000)),
      ).join('');
    const texts = Array.from(
      { length: 12 },
      (_, i) => `${text(i % 4)}${text((i % 4) + 20)}${'終'.repeat(i >> 2)}`,
    );
    const keptOf = async (order: number[]) => {
      const dedup = createDeduplicator(settings);
      for (const i of order) dedup.add(document(texts[i], `${i}`, 'ja', `s${i % 3}`));
      const { decisions } = await dedup.decide();
      return order.filter((_, k) => decisions[k].kept).sort((a, b) => a - b);
    };
    const expected = await keptOf(texts.map((_, i) => i));
    expect(expected.length).toBe(4);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          texts.map((_, i) => i),
          { minLength: texts.length },
        ),
        async (order) => {
          expect(await keptOf(order)).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps its columns right when they grow', async () => {
    const dedup = createDeduplicator({ ...settings, buckets: 2, rows: 2 });
    const text = (i: number) =>
      `${i} ${avalanche(i)} ${avalanche(i + 7)} word${i} end`.replace(
        /\d/g,
        (d) => 'abcdefghij'[Number(d)] as string,
      );
    for (let i = 0; i < 3000; i++) dedup.add(document(text(i % 2500), `${i}`, 'en'));
    const { decisions } = await dedup.decide();
    expect(decisions.filter((d) => d.kept)).toHaveLength(2500);
    expect(decisions[2999]).toMatchObject({ kept: false, keptIndex: 499, reason: 'exact' });
  });
});

describe('shingles', () => {
  const hashes = (text: string, language: Language, n = 5) => {
    const { high, low, count } = createShingler(n)(text, language);
    return Array.from({ length: count }, (_, i) => `${high[i]} ${low[i]}`);
  };

  it('are characters without white space and punctuation for Japanese, words for English and code', () => {
    expect(hashes('あいう えお\nか。', 'ja')).toEqual(hashes('あいうえおか', 'ja'));
    expect(hashes('あいうえおか', 'ja')).toHaveLength(2);
    expect(hashes('one two, three; FOUR five six', 'en')).toEqual(
      hashes('One two three four five six', 'en'),
    );
    expect(hashes('one two three four five six', 'en')).toHaveLength(2);
    expect(hashes('', 'ja')).toHaveLength(1);
  });

  it('do not see case, accents and which digit it is, but see voiced kana', () => {
    expect(hashes('Café in 2024 was open', 'en')).toEqual(hashes('CAFE in 1999 was open', 'en'));
    expect(hashes('かきくけこ', 'ja')).not.toEqual(hashes('がきくけこ', 'ja'));
  });

  it('depend on their own n characters alone, wherever they stand (the hash rolls)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('あ', 'い', 'う', 'a'), minLength: 3, maxLength: 60 }),
        (text) => {
          const all = hashes(text, 'ja', 3);
          for (let i = 0; i + 3 <= text.length; i++)
            expect(all[i]).toBe(hashes(text.slice(i, i + 3), 'ja', 3)[0]);
          expect(new Set(all).size).toBe(new Set(Array.from(all, (_, i) => text.slice(i, i + 3))).size);
        },
      ),
    );
  });
});
