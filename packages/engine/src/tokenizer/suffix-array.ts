/**
 * Suffixes of `symbols` sorted by at least their first `depth` symbols (prefix doubling with counting sorts, Manber and
 * Myers 1993, stopped early because no piece is longer than `depth`).
 * @param symbols non-negative integers, each at most `largest`
 * @returns positions in sorted order; ties beyond the depth are in no particular but always the same order
 */
export function suffixArray(symbols: Int32Array, largest: number, depth: number): Int32Array {
  const n = symbols.length;
  const order = new Int32Array(n);
  const spare = new Int32Array(n);
  let rank = Int32Array.from(symbols);
  let nextRank = new Int32Array(n);
  const buckets = new Int32Array(Math.max(largest, n) + 2);

  const sortByRank = (source: Int32Array, target: Int32Array, ranks: number) => {
    buckets.fill(0, 0, ranks + 2);
    for (let i = 0; i < n; i++) buckets[rank[i] + 1]++;
    for (let r = 0; r <= ranks; r++) buckets[r + 1] += buckets[r];
    for (let i = 0; i < n; i++) target[buckets[rank[source[i]]]++] = source[i];
  };

  for (let i = 0; i < n; i++) spare[i] = i;
  sortByRank(spare, order, largest);
  let ranks = largest;
  for (let width = 1; width < depth; width *= 2) {
    let filled = 0;
    for (let i = Math.max(0, n - width); i < n; i++) spare[filled++] = i;
    for (let i = 0; i < n; i++) if (order[i] >= width) spare[filled++] = order[i] - width;
    sortByRank(spare, order, ranks);
    let current = 0;
    nextRank[order[0]] = 0;
    for (let i = 1; i < n; i++) {
      const a = order[i - 1];
      const b = order[i];
      const second = (p: number) => (p + width < n ? rank[p + width] : -1);
      if (rank[a] !== rank[b] || second(a) !== second(b)) current++;
      nextRank[b] = current;
    }
    [rank, nextRank] = [nextRank, rank];
    ranks = current;
    if (current === n - 1) break;
  }
  return order;
}

/** Length of the common prefix of each suffix with the one before it in `order`, at most `limit`, ended by symbol 0. */
export function commonPrefixes(symbols: Int32Array, order: Int32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(order.length + 1);
  for (let i = 1; i < order.length; i++) {
    const a = order[i - 1];
    const b = order[i];
    let length = 0;
    while (length < limit && symbols[a + length] !== 0 && symbols[a + length] === symbols[b + length])
      length++;
    lengths[i] = length;
  }
  return lengths;
}
