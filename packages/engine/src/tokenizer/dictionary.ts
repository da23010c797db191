import { buildDoubleArray, type DoubleArray, type Entry } from './double-array.ts';
import {
  byteOfPiece,
  PieceType,
  pathScore,
  SPACE_MARK,
  scoreRange,
  UNKNOWN_PENALTY,
  type UnigramModel,
} from './model.ts';

/** What encoding needs of a model: arrays in shared memory, so that threads have it once. A node is a cell of the double array. */
export interface Dictionary extends Pick<DoubleArray, 'units' | 'scores'> {
  /** Label of each UTF-16 code unit, 0 for one that no piece contains; frequent ones have small labels. */
  labels: Uint16Array;
  /** Labels from here on are those of high surrogates. */
  firstHighSurrogate: number;
  /** Of the piece that ends at a node: its id, and its length in code units. */
  idOf: Int32Array;
  lengthOf: Uint16Array;
  unknownScore: number;
  /** Id of the piece of each byte, or the unknown id without byte fallback. */
  byteIds: Int32Array;
  /** Sums along a path are rounded to float32 after every piece, as SentencePiece's are. */
  singlePrecision: boolean;
  /** Text may be cut at newlines first: no piece but the newline itself contains one. */
  byLine: boolean;
  /** A space is put before the text. */
  dummyPrefix: boolean;
}

/** A copy of an array in memory that threads share. */
function shared<T extends Int32Array | Uint16Array>(array: T): T {
  const memory = new SharedArrayBuffer(array.byteLength);
  const copy = array instanceof Int32Array ? new Int32Array(memory) : new Uint16Array(memory);
  copy.set(array);
  return copy as T;
}

/**
 * Pieces go in as the text they stand for: U+2581 becomes a space. A literal U+2581 of the text is then not in the
 * dictionary and takes the way of every unknown character, into bytes: this is what makes it reversible.
 * Control, unknown, unused and byte pieces stay out, so no text can be mistaken for one of them.
 */
export function buildDictionary(model: UnigramModel): Dictionary {
  const { min, max } = scoreRange(model.pieces);
  const matched: { text: string; id: number; score: number }[] = [];
  const byteIds = new Int32Array(256).fill(model.unkId);
  model.pieces.forEach((piece, id) => {
    if (piece.type === PieceType.byte) byteIds[byteOfPiece(piece.piece)] = id;
    if (piece.type !== PieceType.normal && piece.type !== PieceType.userDefined) return;
    // A plain space inside a piece never matches in SentencePiece, where text has U+2581 there.
    if (piece.piece.includes(' ')) return;
    matched.push({ text: piece.piece.replaceAll(SPACE_MARK, ' '), id, score: pathScore(piece, max) });
  });
  const { labels, largest, firstHighSurrogate } = labelCodeUnits(matched.map(({ text }) => text));
  const entries = matched.map(({ text, score }): Entry => {
    return { labels: Array.from({ length: text.length }, (_, i) => labels[text.charCodeAt(i)]), score };
  });
  const array = buildDoubleArray(entries, largest);
  const ids = Int32Array.from(array.entryOf, (entry) => (entry < 0 ? -1 : matched[entry].id));
  const lengths = Uint16Array.from(array.entryOf, (entry) => (entry < 0 ? 0 : matched[entry].text.length));
  return {
    units: array.units,
    scores: array.scores,
    labels: shared(labels),
    firstHighSurrogate,
    idOf: shared(ids),
    lengthOf: shared(lengths),
    byteIds: shared(byteIds),
    unknownScore: Math.fround(min - UNKNOWN_PENALTY),
    singlePrecision: model.arithmetic === 'float32',
    byLine: !matched.some(({ text }) => text.length > 1 && text.includes('\n')),
    dummyPrefix: model.addDummyPrefix,
  };
}

const isHighSurrogate = (unit: number) => (unit & 0xfc00) === 0xd800;

/** Labels 1, 2, ... for the code units of the texts: frequent ones first, so that siblings lie close; high surrogates last. */
function labelCodeUnits(texts: readonly string[]) {
  const counts = new Int32Array(65536);
  for (const text of texts) for (let i = 0; i < text.length; i++) counts[text.charCodeAt(i)]++;
  const used = [...counts.keys()].filter((unit) => counts[unit] > 0);
  const high = used.filter(isHighSurrogate);
  const plain = used.filter((unit) => !isHighSurrogate(unit)).sort((a, b) => counts[b] - counts[a] || a - b);
  const labels = new Uint16Array(65536);
  [...plain, ...high].forEach((unit, index) => {
    labels[unit] = index + 1;
  });
  return { labels, largest: used.length, firstHighSurrogate: plain.length + 1 };
}
