import { buildDoubleArray, type DoubleArray } from './double-array.ts';
import {
  byteOfPiece,
  PieceType,
  pathScore,
  SPACE_MARK,
  scoreRange,
  UNKNOWN_PENALTY,
  type UnigramModel,
} from './model.ts';

/** What encoding needs of a model, in arrays. */
export interface Dictionary extends DoubleArray {
  /** Score of each piece on a path. */
  score: Float64Array;
  unknownScore: number;
  /** Id of the piece of each byte, or the unknown id without byte fallback. */
  byteIds: Int32Array;
}

/**
 * Pieces go in as the bytes of the text they stand for: U+2581 becomes a space. A literal U+2581 of the text is then
 * not in the dictionary and takes the way of every unknown character, into bytes: this is what makes it reversible.
 * Control, unknown, unused and byte pieces stay out, so no text can be mistaken for one of them.
 */
export function buildDictionary(model: UnigramModel): Dictionary {
  const { min, max } = scoreRange(model.pieces);
  const utf8 = new TextEncoder();
  const entries: { bytes: Uint8Array; id: number }[] = [];
  const byteIds = new Int32Array(256).fill(model.unkId);
  const score = new Float64Array(model.pieces.length);
  model.pieces.forEach((piece, id) => {
    score[id] = pathScore(piece, max);
    if (piece.type === PieceType.byte) byteIds[byteOfPiece(piece.piece)] = id;
    if (piece.type !== PieceType.normal && piece.type !== PieceType.userDefined) return;
    // A plain space inside a piece never matches in SentencePiece, where text has U+2581 there.
    if (piece.piece.includes(' ')) return;
    entries.push({ bytes: utf8.encode(piece.piece.replaceAll(SPACE_MARK, ' ')), id });
  });
  return { ...buildDoubleArray(entries), score, byteIds, unknownScore: min - UNKNOWN_PENALTY };
}
