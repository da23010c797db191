import { bytePiece, type Piece, PieceType, SPACE_MARK, type UnigramModel } from './model.ts';

/** What stands before the pieces of the partitions, in this order: specials, runs of spaces, the newline, 256 bytes. */
export interface Head {
  /** The first is the unknown piece, the others are control pieces. */
  specials: readonly string[];
  /** Runs of 1 .. this many spaces, the longest first. */
  spaceRuns: number;
}

/** The 289 entries that every LLM-jp vocabulary of version 2 begins with. */
export const LLM_JP_HEAD: Head = {
  specials: ['<unk>', '<s>', '</s>', '<mask>', '<pad>', '<CLS>', '<SEP>', '<EOD>'],
  spaceRuns: 24,
};

/** How the space before a piece is treated when a partition joins the others. */
export type SpaceStripping =
  /** Every piece loses it: Japanese, where spaces came from the cutting into words. */
  | 'all'
  /** Pieces without a letter or digit lose it: English and code. */
  | 'symbols'
  | 'none';

export interface Partition {
  model: UnigramModel;
  stripSpaces: SpaceStripping;
}

function headPieces(head: Head): Piece[] {
  const specials = head.specials.map((piece, i): Piece => {
    return { piece, score: 0, type: i === 0 ? PieceType.unknown : PieceType.control };
  });
  const runs = Array.from({ length: head.spaceRuns }, (_, i): Piece => {
    return { piece: SPACE_MARK.repeat(head.spaceRuns - i), score: 0, type: PieceType.normal };
  });
  const newline: Piece = { piece: '\n', score: 0, type: PieceType.normal };
  const bytes = Array.from({ length: 256 }, (_, b): Piece => {
    return { piece: bytePiece(b), score: 0, type: PieceType.byte };
  });
  return [...specials, ...runs, newline, ...bytes];
}

export const headSize = (head: Head) => head.specials.length + head.spaceRuns + 1 + 256;

function stripped(piece: string, how: SpaceStripping): string {
  const body = piece.replace(/^\u2581+/, '');
  if (body === '' || how === 'none') return piece;
  return how === 'all' || !/[\p{L}\p{N}]/u.test(body) ? body : piece;
}

/**
 * One vocabulary out of several, as LLM-jp v2 makes it: the head, then the pieces of each partition in order; of equal
 * pieces the first stays. The scores are those of the partitions and not comparable: re-estimate them.
 */
export function mergeVocabularies(head: Head, partitions: readonly Partition[]): UnigramModel {
  const pieces = new Map(headPieces(head).map((piece) => [piece.piece, piece]));
  for (const { model, stripSpaces } of partitions) {
    for (const { piece, score, type } of model.pieces) {
      if (type !== PieceType.normal) continue;
      const text = stripped(piece, stripSpaces);
      if (!pieces.has(text)) pieces.set(text, { piece: text, score, type });
    }
  }
  const idOf = (piece: string) => head.specials.indexOf(piece);
  return {
    pieces: [...pieces.values()],
    unkId: 0,
    bosId: idOf('<s>'),
    eosId: idOf('</s>'),
    padId: idOf('<pad>'),
    byteFallback: true,
    addDummyPrefix: false,
    arithmetic: 'float32',
  };
}
