/**
 * Share of the n-gram occurrences that fall on the most frequent n-grams, of which the square root of the number of
 * distinct ones is taken, and only those seen twice or more (BigScience ROOTS; HojiChar's CharRepetitionRatio).
 */
export function repetitionShare(text: string, n: number): number {
  const total = text.length - n + 1;
  if (total <= 0) return 0;
  const { distinct, repeated } = ngramCounts(text, n, total);
  const top = Math.floor(Math.sqrt(distinct));
  let covered = 0;
  for (let i = repeated.length - 1; i >= Math.max(0, repeated.length - top); i--) covered += repeated[i];
  return covered / total;
}

let keys = new Int32Array(0);
let counts = new Int32Array(0);

/**
 * The number of distinct character n-grams, and the counts of those seen twice or more, ascending. n-grams are told
 * apart by a 32-bit rolling hash and counted in a table of open addressing at most half full, which is used again.
 */
function ngramCounts(text: string, n: number, total: number): { distinct: number; repeated: Int32Array } {
  const size = 2 ** Math.max(8, Math.ceil(Math.log2(total * 2)));
  if (size > keys.length) {
    keys = new Int32Array(size);
    counts = new Int32Array(size);
  } else counts.fill(0, 0, size);
  const mask = size - 1;
  const base = 0x01000193;
  let lead = 1;
  for (let i = 1; i < n; i++) lead = Math.imul(lead, base);
  let hash = 0;
  let distinct = 0;
  let often = 0;
  for (let i = 0; i < text.length; i++) {
    if (i >= n) hash = (hash - Math.imul(text.charCodeAt(i - n) + 1, lead)) | 0;
    hash = (Math.imul(hash, base) + text.charCodeAt(i) + 1) | 0;
    if (i < n - 1) continue;
    let slot = (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 7) & mask;
    while (counts[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
    keys[slot] = hash;
    const seen = ++counts[slot];
    if (seen === 1) distinct += 1;
    else if (seen === 2) often += 1;
  }
  const repeated = new Int32Array(often);
  let at = 0;
  for (let slot = 0; slot < size && at < often; slot++) if (counts[slot] > 1) repeated[at++] = counts[slot];
  return { distinct, repeated: repeated.sort() };
}
