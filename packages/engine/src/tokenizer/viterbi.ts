import type { Dictionary } from './dictionary.ts';
import { ROOT } from './double-array.ts';

const NEWLINE = 0x0a;
const NO_PIECE = -1;

/** Bytes of the character whose first byte is `lead`, in well-formed UTF-8. */
function characterBytes(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/**
 * Best segmentation of UTF-8 text into pieces (Viterbi over byte positions, one best way to each; no lattice is kept).
 * Sums are float64 over float32 scores and therefore practically exact; of equal paths the first found wins, which is
 * the one whose last piece is longest. Both as in Hugging Face `tokenizers`.
 */
export class Segmenter {
  private readonly dictionary: Dictionary;
  /** Cut at newlines first: right when no piece but the newline itself contains one. */
  private readonly byLine: boolean;
  private best = new Float64Array(1024);
  private start = new Int32Array(1024);
  private piece = new Int32Array(1024);
  private path = new Int32Array(1024);

  constructor(dictionary: Dictionary, byLine: boolean) {
    this.dictionary = dictionary;
    this.byLine = byLine;
  }

  /** Writes the ids of bytes[0 .. end) to `target` from `at` on and returns where they end. One id a byte at most. */
  segment(bytes: Uint8Array, end: number, target: Int32Array, at: number): number {
    let written = at;
    // What lies behind the end is left from longer texts and not to be searched.
    const text = bytes.subarray(0, end);
    for (let from = 0; from < end; ) {
      let to = end;
      if (this.byLine) {
        const newline = text.indexOf(NEWLINE, from);
        // A line is taken with its newline, which ends a path of its own in any case.
        if (newline >= 0) to = newline + 1;
      }
      this.findPath(bytes, from, to);
      written = this.writePath(bytes, from, to, target, written);
      from = to;
    }
    return written;
  }

  private reserve(size: number): void {
    if (size <= this.best.length) return;
    this.best = new Float64Array(size * 2);
    this.start = new Int32Array(size * 2);
    this.piece = new Int32Array(size * 2);
    this.path = new Int32Array(size * 2);
  }

  private findPath(bytes: Uint8Array, from: number, to: number): void {
    const n = to - from;
    this.reserve(n + 1);
    const { base, check, value, score, unknownScore } = this.dictionary;
    const { best, start, piece } = this;
    best.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
    best[0] = 0;
    for (let i = 0; i < n; ) {
      const here = best[i];
      const single = i + characterBytes(bytes[from + i]);
      let known = false;
      let node = ROOT;
      for (let j = i; j < n; ) {
        const next = base[node] + bytes[from + j];
        if (check[next] !== node) break;
        node = next;
        j++;
        const id = value[node];
        if (id < 0) continue;
        if (j === single) known = true;
        const sum = here + score[id];
        if (sum > best[j]) {
          best[j] = sum;
          start[j] = i;
          piece[j] = id;
        }
      }
      if (!known && here + unknownScore > best[single]) {
        best[single] = here + unknownScore;
        start[single] = i;
        piece[single] = NO_PIECE;
      }
      i = single;
    }
  }

  private writePath(bytes: Uint8Array, from: number, to: number, target: Int32Array, at: number): number {
    const { start, piece, path } = this;
    const { byteIds } = this.dictionary;
    let steps = 0;
    for (let j = to - from; j > 0; j = start[j]) path[steps++] = j;
    let written = at;
    while (steps > 0) {
      const j = path[--steps];
      if (piece[j] !== NO_PIECE) target[written++] = piece[j];
      else for (let b = start[j]; b < j; b++) target[written++] = byteIds[bytes[from + b]];
    }
    return written;
  }
}
