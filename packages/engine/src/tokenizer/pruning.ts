import { type Lattice, pieceText } from './lattice.ts';

/** Best path through symbols [start, start + n): into `from[j]` the piece that ends at j. `skip` is left out. */
function bestPath(
  lattice: Lattice,
  score: Float64Array,
  start: number,
  n: number,
  skip: number,
  best: Float64Array,
  from: Int32Array,
): void {
  const { offsets, edges, length } = lattice;
  const { symbols } = lattice.table;
  best.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
  best[0] = 0;
  for (let i = 0; i < n; i++) {
    const base = best[i];
    const character = symbols[start + i] - 1;
    if (base + score[character] > best[i + 1]) {
      best[i + 1] = base + score[character];
      from[i + 1] = character;
    }
    for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
      const piece = edges[e];
      const j = i + length[piece];
      // Edges come from short to long: the first one beyond the end closes the list.
      if (j > n) break;
      if (piece !== skip && base + score[piece] > best[j]) {
        best[j] = base + score[piece];
        from[j] = piece;
      }
    }
  }
}

/** How often each piece stands on the best path of the text. */
export function viterbiCounts(lattice: Lattice, score: Float64Array): Float64Array {
  const { starts, ends, weights } = lattice.table;
  const counts = new Float64Array(score.length);
  let best = new Float64Array(256);
  let from = new Int32Array(256);
  for (let word = 0; word < weights.length; word++) {
    const start = starts[word];
    const n = ends[word] - start;
    if (n >= best.length) {
      best = new Float64Array(n * 2);
      from = new Int32Array(n * 2);
    }
    bestPath(lattice, score, start, n, -1, best, from);
    for (let j = n; j > 0; j -= lattice.length[from[j]]) counts[from[j]] += weights[word];
  }
  return counts;
}

/**
 * What the text would lose without a piece that is then written by its second-best segmentation, in nats per piece use
 * (SentencePiece's pruning rule). `undefined` for a piece whose own text is better split already.
 */
function lossOf(
  lattice: Lattice,
  score: Float64Array,
  counts: Float64Array,
  total: number,
  piece: number,
  standIn: (part: number) => number,
  best: Float64Array,
  from: Int32Array,
): number | undefined {
  const n = lattice.length[piece];
  bestPath(lattice, score, lattice.position[piece], n, piece, best, from);
  if (best[n] > score[piece]) return undefined;
  const alternative: number[] = [];
  for (let j = n; j > 0; j -= lattice.length[from[j]]) alternative.push(from[j]);
  const frequency = counts[piece];
  const logTotalWithout = Math.log(total + frequency * (alternative.length - 1));
  let logAlternative = 0;
  for (const part of alternative)
    logAlternative += Math.log(counts[standIn(part)] + frequency) - logTotalWithout;
  return (frequency / total) * (Math.log(frequency) - Math.log(total) - logAlternative);
}

/**
 * Drops pieces in place until max(`desired`, `shrink` x alive) are left: those no best path uses, those better split,
 * then those with the smallest loss. Characters stay. Returns how many are alive.
 */
export function prune(
  lattice: Lattice,
  score: Float64Array,
  alive: Uint8Array,
  desired: number,
  shrink: number,
): number {
  const characters = lattice.table.alphabet.length;
  const counts = viterbiCounts(lattice, score);
  const total = counts.reduce((a, b) => a + b, 0);
  const best = new Float64Array(lattice.maxLength + 1);
  const from = new Int32Array(lattice.maxLength + 1);
  const loss = new Float64Array(score.length);
  // SentencePiece takes a character that is no piece any more for its most frequent one, and so drops rare words of rare
  // characters. Who asks for its seeds gets its vocabulary, this included.
  const mostFrequent = alive.indexOf(1);
  const standIn = (part: number) =>
    lattice.table.followed && part < characters && alive[part] === 0 ? mostFrequent : part;
  const candidates: number[] = [];
  let before = 0;
  let kept = 0;
  for (let piece = 0; piece < score.length; piece++) {
    before += alive[piece];
    if (piece < characters || alive[piece] === 0) {
      kept += alive[piece];
      continue;
    }
    alive[piece] = 0;
    if (counts[piece] === 0) continue;
    const value = lossOf(lattice, score, counts, total, piece, standIn, best, from);
    if (value === undefined) continue;
    loss[piece] = value;
    candidates.push(piece);
  }
  candidates.sort((a, b) => loss[b] - loss[a] || a - b);
  const target = Math.max(desired, Math.floor(shrink * before));
  for (const piece of candidates.slice(0, Math.max(0, target - kept))) {
    alive[piece] = 1;
    kept++;
  }
  return kept;
}

/** Scores of the surviving pieces by their text, best first; ties in the order of code units. */
export function survivors(lattice: Lattice, score: Float64Array, alive: Uint8Array): [string, number][] {
  const result: [string, number][] = [];
  for (let piece = 0; piece < score.length; piece++) {
    if (alive[piece] === 1) result.push([pieceText(lattice, piece), score[piece]]);
  }
  return result.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
