import type { Seeds } from './seeds.ts';
import type { WordTable } from './word-table.ts';

/**
 * Which pieces start at which position, for every word at once. Built one time from the suffix array and only thinned
 * afterwards, so that no step of training searches a dictionary.
 *
 * Pieces 0 .. alphabet-1 are the characters; their edges are implied by the symbols. Seeds follow.
 */
export interface Lattice {
  table: WordTable;
  /** Edges of position p are `edges[offsets[p]] .. edges[offsets[p + 1] - 1]`, piece ids from short to long. */
  offsets: Int32Array;
  edges: Int32Array;
  /** Per piece: length in characters, and one place in the text where it stands. */
  length: Int32Array;
  position: Int32Array;
  maxLength: number;
}

export function buildLattice(table: WordTable, seeds: Seeds): Lattice {
  const characters = table.alphabet.length;
  const n = table.symbols.length;
  const pieces = characters + seeds.length.length;
  const length = new Int32Array(pieces).fill(1, 0, characters);
  const position = new Int32Array(pieces);
  const offsets = new Int32Array(n + 1);
  for (let s = 0; s < seeds.length.length; s++) {
    length[characters + s] = seeds.length[s];
    position[characters + s] = seeds.order[seeds.low[s]];
    for (let i = seeds.low[s]; i < seeds.high[s]; i++) offsets[seeds.order[i] + 1]++;
  }
  for (let p = 0; p < n; p++) {
    offsets[p + 1] += offsets[p];
    // Behind a word there are numbers that are no characters.
    if (table.symbols[p] !== 0 && table.symbols[p] <= characters) position[table.symbols[p] - 1] = p;
  }
  const edges = new Int32Array(offsets[n]);
  const next = offsets.slice(0, n);
  for (let s = 0; s < seeds.length.length; s++) {
    for (let i = seeds.low[s]; i < seeds.high[s]; i++) edges[next[seeds.order[i]]++] = characters + s;
  }
  return { table, offsets, edges, length, position, maxLength: length.reduce((a, b) => Math.max(a, b), 1) };
}

/** Forgets the edges of pieces that are no longer `alive`. */
export function thinLattice(lattice: Lattice, alive: Uint8Array): void {
  const { offsets, edges } = lattice;
  let kept = 0;
  let from = 0;
  for (let p = 0; p + 1 < offsets.length; p++) {
    const to = offsets[p + 1];
    for (let e = from; e < to; e++) if (alive[edges[e]] === 1) edges[kept++] = edges[e];
    offsets[p + 1] = kept;
    from = to;
  }
}

/** The text of a piece, with U+2581 for spaces. */
export function pieceText(lattice: Lattice, piece: number): string {
  const { symbols, alphabet } = lattice.table;
  let text = '';
  for (let i = 0; i < lattice.length[piece]; i++) text += alphabet[symbols[lattice.position[piece] + i] - 1];
  return text;
}
