/** Words of a text as hashes with their lengths; a word is a run without white space, in lower case. */
export interface Words {
  count: number;
  hashes: Int32Array;
  lengths: Int32Array;
  /** Sum of the lengths. */
  characters: number;
}

let cachedText: string | null = null;
let cached: Words = { count: 0, hashes: new Int32Array(0), lengths: new Int32Array(0), characters: 0 };

export function wordsOf(text: string): Words {
  if (text === cachedText) return cached;
  const hashes = new Int32Array((text.length >> 1) + 1);
  const lengths = new Int32Array(hashes.length);
  let count = 0;
  let characters = 0;
  let hash = 0x811c9dc5 | 0;
  let length = 0;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 32;
    const space = unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000;
    if (!space) {
      hash = Math.imul(hash ^ (unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit), 0x01000193);
      length += 1;
    } else if (length > 0) {
      hashes[count] = hash ^ (hash >>> 15);
      lengths[count] = length;
      count += 1;
      characters += length;
      hash = 0x811c9dc5 | 0;
      length = 0;
    }
  }
  cachedText = text;
  cached = { count, hashes, lengths, characters };
  return cached;
}

/** Hash of `n` words from each position on. */
function ngramHashes({ hashes, count }: Words, n: number): Int32Array {
  const total = Math.max(0, count - n + 1);
  const out = new Int32Array(total);
  for (let i = 0; i < total; i++) {
    let hash = n;
    for (let k = 0; k < n; k++)
      hash = Math.imul(hash ^ (hashes[i + k] as number), 0x9e3779b1) ^ (hash >>> 13);
    out[i] = hash;
  }
  return out;
}

/** Gopher: characters of the most frequent n-gram's occurrences over the characters of all words; 0 where nothing repeats. */
export function topNgramShare(text: string, n: number): number {
  const words = wordsOf(text);
  const counts = new Map<number, { count: number; characters: number }>();
  let best = { count: 1, characters: 0 };
  for (const [i, hash] of ngramHashes(words, n).entries()) {
    const entry = counts.get(hash);
    if (!entry) {
      let characters = 0;
      for (let k = 0; k < n; k++) characters += words.lengths[i + k] as number;
      counts.set(hash, { count: 1, characters });
    } else {
      entry.count += 1;
      if (entry.count > best.count) best = entry;
    }
  }
  return best.count < 2 || words.characters === 0 ? 0 : (best.count * best.characters) / words.characters;
}

/** Gopher: characters of the words that stand in an n-gram seen before, each counted once, over the characters of all words. */
export function duplicateNgramShare(text: string, n: number): number {
  const words = wordsOf(text);
  const seen = new Set<number>();
  let repeated = 0;
  let covered = 0; // words before this one are counted already
  for (const [i, hash] of ngramHashes(words, n).entries()) {
    if (!seen.has(hash)) {
      seen.add(hash);
      continue;
    }
    for (let k = Math.max(i, covered); k < i + n; k++) repeated += words.lengths[k] as number;
    covered = i + n;
  }
  return words.characters === 0 ? 0 : repeated / words.characters;
}
