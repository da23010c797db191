import { bandKeys, createSketcher } from '@tsudoi/engine/corpus';

/** Deterministic 32-bit numbers (splitmix32). */
export function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/**
 * Share of planted pairs of shingle sets that become candidates. Each pair has the Jaccard similarity `similarity`
 * exactly (as near as whole numbers allow) and sets of 20 to 2,000 shingles; `theory` is the mean of the S-curve there.
 */
export function plantedRecall(
  similarity: number,
  pairs: number,
  settings: { buckets: number; rows: number },
) {
  const { buckets, rows } = settings;
  const next = numbers(Math.round(similarity * 1000));
  const sketch = createSketcher(buckets * rows, 1);
  const keys = [0, 1].map(() => ({ high: new Int32Array(buckets), low: new Int32Array(buckets) }));
  let found = 0;
  let theory = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const size = Math.round(20 * 100 ** (next() / 2 ** 32));
    const shared = Math.round((2 * size * similarity) / (1 + similarity));
    const common = Int32Array.from({ length: shared * 2 }, next);
    keys.forEach(({ high, low }) => {
      const lanes = [0, 1].map((lane) =>
        Int32Array.from({ length: size }, (_, i) => (i < shared ? common[2 * i + lane] : next())),
      );
      bandKeys(sketch({ high: lanes[0], low: lanes[1], count: size }), rows, high, low, 0);
    });
    const [one, other] = keys;
    if (one.high.some((high, band) => high === other.high[band] && one.low[band] === other.low[band]))
      found += 1;
    theory += 1 - (1 - (shared / (2 * size - shared)) ** rows) ** buckets;
  }
  return { found: found / pairs, theory: theory / pairs };
}
