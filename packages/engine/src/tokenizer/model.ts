/** Piece types of SentencePiece's `ModelProto.SentencePiece.Type`, with its numbers. */
export const PieceType = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;
export type PieceType = (typeof PieceType)[keyof typeof PieceType];

export interface Piece {
  /** As SentencePiece writes it: a space is U+2581, a byte piece is `<0xNN>`. */
  piece: string;
  /** Log probability in nats, rounded to float32 so that every file format carries it exactly. */
  score: number;
  type: PieceType;
}

/** What SentencePiece's models have in common. The index of a piece is its token id. */
export interface PieceModel {
  pieces: readonly Piece[];
  unkId: number;
  /** -1 where the model has no such piece. */
  bosId: number;
  eosId: number;
  padId: number;
  /** Unknown characters become their UTF-8 bytes instead of `<unk>`. */
  byteFallback: boolean;
  /** A space is put before the text on encoding and one leading space removed on decoding. Ours never do. */
  addDummyPrefix: boolean;
}

/**
 * A Unigram language model over pieces (Kudo 2018, arXiv:1804.10959). Text is taken as it is (identity normalisation); only the space
 * is written as U+2581.
 */
export interface UnigramModel extends PieceModel {
  /**
   * How sums along a path are kept: SentencePiece rounds to float32 after every piece, Hugging Face `tokenizers` keep
   * float64. A model read from a file is run as the library of that file runs it, so that even ties fall the same way.
   */
  arithmetic: 'float32' | 'float64';
}

export const SPACE_MARK = '\u2581';

/** Distance of an unknown character below the worst piece, as in SentencePiece. */
export const UNKNOWN_PENALTY = 10;

/**
 * Scores of our own are multiples of 2^-10 nats. Path sums are then exact in SentencePiece's float32 (lines up to 16,384
 * nats) as in the float64 of Hugging Face `tokenizers`: paths that tie do so everywhere and the same one is picked.
 */
const SCORE_STEPS_PER_NAT = 1024;
export const roundScore = (score: number) => Math.round(score * SCORE_STEPS_PER_NAT) / SCORE_STEPS_PER_NAT;

export function bytePiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** The value of a byte piece such as `<0x0A>`, or -1. */
export function byteOfPiece(piece: string): number {
  return /^<0x[0-9A-F]{2}>$/.test(piece) ? Number.parseInt(piece.slice(3, 5), 16) : -1;
}

/** Lowest and highest score of the normal pieces; they bound what unknown and user-defined pieces are given. */
export function scoreRange(pieces: readonly Piece[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { score, type } of pieces) {
    if (type !== PieceType.normal) continue;
    if (score < min) min = score;
    if (score > max) max = score;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

const utf8 = new TextEncoder();

/**
 * The score a piece has on the best path. A user-defined piece outbids every split of its text into normal pieces
 * (SentencePiece: length in bytes x best score - 0.1); the length counts U+2581 as the three bytes it has there.
 */
export function pathScore(piece: Piece, maxScore: number): number {
  if (piece.type !== PieceType.userDefined) return piece.score;
  // The product is a float32 there, the difference a float64.
  return Math.fround(utf8.encode(piece.piece).length * maxScore) - 0.1;
}

/** Code units; the dictionary keeps the length of a piece in 16 bits. */
const LONGEST_PIECE = 65_535;

/** What is wrong with a model that came from a file, in a few words, or null. */
export function unsoundness(model: PieceModel): string | null {
  const { pieces } = model;
  if (new Set(pieces.map(({ piece }) => piece)).size < pieces.length) return 'two pieces are the same';
  if (pieces.some(({ piece }) => piece === '')) return 'a piece is empty';
  if (pieces.some(({ piece }) => piece.length > LONGEST_PIECE))
    return `a piece is longer than ${LONGEST_PIECE}`;
  if (pieces.some(({ score }) => !Number.isFinite(score))) return 'a score is not a number';
  if (pieces.filter(({ type }) => type === PieceType.unknown).length !== 1)
    return 'there must be one unknown piece';
  if (pieces.some(({ piece, type }) => type === PieceType.byte && byteOfPiece(piece) < 0))
    return 'a byte piece has no byte';
  const bytes = pieces.filter(({ type }) => type === PieceType.byte).length;
  if (model.byteFallback && bytes !== 256) return `byte fallback needs 256 byte pieces, there are ${bytes}`;
  return null;
}
