import type { Dictionary } from './dictionary.ts';
import { CELL } from './double-array.ts';

const NO_PIECE = -1;
/** Mark of the first UTF-8 byte by the number of bytes that follow. */
const LEAD = [0, 0xc0, 0xe0, 0xf0];

/** Code units of the character that starts at `at`, in well-formed UTF-16. */
const characterUnits = (text: string, at: number) => ((text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1);

/**
 * Best segmentation of text into pieces (Viterbi over code units, one best way to each; no lattice is kept). A sum is
 * compared in float64 and kept in the model's arithmetic; of equal paths the first found wins, which is the one whose
 * last piece is longest. This is what SentencePiece's `EncodeOptimized` (float32) and Hugging Face `tokenizers` (float64) do.
 */
export class Segmenter {
  private readonly dictionary: Dictionary;
  private best = new Float64Array(1024);
  /** Node of the piece that ends there on the best way. */
  private nodes = new Int32Array(1024);
  private path = new Int32Array(1024);
  private labels = new Uint16Array(1024);

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
  }

  /** Writes the ids of well-formed `text` to `target` from `at` on and returns where they end. One id a UTF-8 byte at most. */
  segment(text: string, target: Int32Array, at: number): number {
    let written = at;
    for (let from = 0; from < text.length; ) {
      let to = text.length;
      if (this.dictionary.byLine) {
        const newline = text.indexOf('\n', from);
        // A line is taken with its newline, which ends a path of its own in any case.
        if (newline >= 0) to = newline + 1;
      }
      this.findPath(text, from, to);
      written = this.writePath(text, from, to, target, written);
      from = to;
    }
    return written;
  }

  private reserve(size: number): void {
    if (size <= this.best.length) return;
    this.best = new Float64Array(size * 2);
    this.nodes = new Int32Array(size * 2);
    this.path = new Int32Array(size * 2);
    this.labels = new Uint16Array(size * 2);
  }

  private findPath(text: string, from: number, to: number): void {
    const n = to - from;
    this.reserve(n + 1);
    const { units, scores, unknownScore, singlePrecision, firstHighSurrogate } = this.dictionary;
    const { best, nodes, labels } = this;
    const labelOf = this.dictionary.labels;
    for (let i = 0; i < n; i++) labels[i] = labelOf[text.charCodeAt(from + i)];
    labels[n] = 0;
    best.fill(Number.NEGATIVE_INFINITY, 0, n + 1);
    best[0] = 0;
    for (let i = 0; i < n; ) {
      const here = best[i];
      // The root's child for a label is the cell of that number.
      let node = labels[i];
      const wide = node === 0 ? characterUnits(text, from + i) === 2 : node >= firstHighSurrogate;
      const single = wide ? i + 2 : i + 1;
      for (let j = i + 1; node > 0; j++) {
        const sum = here + scores[node * 2 + 1];
        if (sum > best[j]) {
          best[j] = singlePrecision ? Math.fround(sum) : sum;
          nodes[j] = node;
        }
        const next = units[node * CELL] + labels[j];
        if (units[next * CELL + 1] !== node) break;
        node = next;
      }
      if (!this.isPiece(i, single)) {
        const sum = singlePrecision ? Math.fround(here + unknownScore) : here + unknownScore;
        if (sum > best[single]) {
          best[single] = sum;
          nodes[single] = NO_PIECE;
        }
      }
      i = single;
    }
  }

  /** Whether the character at labels [i, end) is a piece by itself. */
  private isPiece(i: number, end: number): boolean {
    const { units, scores } = this.dictionary;
    let node = this.labels[i];
    if (node > 0 && end === i + 2) {
      const next = units[node * CELL] + this.labels[i + 1];
      node = units[next * CELL + 1] === node ? next : 0;
    }
    return node > 0 && scores[node * 2 + 1] !== Number.NEGATIVE_INFINITY;
  }

  private writePath(text: string, from: number, to: number, target: Int32Array, at: number): number {
    const { nodes, path } = this;
    const { idOf, lengthOf } = this.dictionary;
    let steps = 0;
    for (let j = to - from; j > 0; ) {
      path[steps++] = j;
      if (nodes[j] !== NO_PIECE) j -= lengthOf[nodes[j]];
      else j -= (text.charCodeAt(from + j - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
    }
    let written = at;
    while (steps > 0) {
      const j = path[--steps];
      if (nodes[j] !== NO_PIECE) target[written++] = idOf[nodes[j]];
      else written = this.writeBytes(text, from + j, target, written);
    }
    return written;
  }

  /** The character that ends at `end`, in byte pieces. */
  private writeBytes(text: string, end: number, target: Int32Array, at: number): number {
    const { byteIds } = this.dictionary;
    const low = text.charCodeAt(end - 1);
    const code = (low & 0xfc00) === 0xdc00 ? text.codePointAt(end - 2)! : low;
    if (code < 0x80) {
      target[at] = byteIds[code];
      return at + 1;
    }
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    target[at] = byteIds[LEAD[more] | (code >> (6 * more))];
    for (let k = 1; k <= more; k++) target[at + k] = byteIds[0x80 | ((code >> (6 * (more - k))) & 0x3f)];
    return at + 1 + more;
  }
}
