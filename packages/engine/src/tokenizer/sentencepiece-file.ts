import { TokenizerError } from './errors.ts';
import { type Piece, type PieceModel, PieceType, type UnigramModel, unsoundness } from './model.ts';
import { type Field, MessageWriter, readFields } from './protobuf.ts';

/**
 * SentencePiece `.model` files (sentencepiece_model.proto, proto2: a default value may be absent).
 * Only fields that change ids are read; a file that asks for something else than a Unigram or BPE model over
 * unchanged text is refused, because it would be encoded differently here than there.
 */
const MODEL = { piece: 1, trainer: 2, normalizer: 3 } as const;
const PIECE = { text: 1, score: 2, type: 3 } as const;
const TRAINER = {
  modelType: 3,
  vocabSize: 4,
  whitespaceAsSuffix: 24,
  byteFallback: 35,
  unkId: 40,
  bosId: 41,
  eosId: 42,
  padId: 43,
  unkPiece: 45,
  bosPiece: 46,
  eosPiece: 47,
  padPiece: 48,
} as const;
const NORMALIZER = { name: 1, charsMap: 2, dummyPrefix: 3, removeExtraSpaces: 4, escapeSpaces: 5 } as const;
const UNIGRAM = 1;
const BPE = 2;

export function encodeSentencePieceModel(model: UnigramModel): Uint8Array {
  const file = new MessageWriter();
  for (const { piece, score, type } of model.pieces) {
    const message = new MessageWriter().string(PIECE.text, piece).float(PIECE.score, score);
    if (type !== PieceType.normal) message.varint(PIECE.type, type);
    file.bytes(MODEL.piece, message.finish());
  }
  const trainer = new MessageWriter()
    .varint(TRAINER.modelType, UNIGRAM)
    .varint(TRAINER.vocabSize, model.pieces.length)
    .varint(TRAINER.byteFallback, model.byteFallback)
    .varint(TRAINER.unkId, model.unkId)
    .varint(TRAINER.bosId, model.bosId)
    .varint(TRAINER.eosId, model.eosId)
    .varint(TRAINER.padId, model.padId);
  const names: [number, number][] = [
    [TRAINER.unkPiece, model.unkId],
    [TRAINER.bosPiece, model.bosId],
    [TRAINER.eosPiece, model.eosId],
    [TRAINER.padPiece, model.padId],
  ];
  for (const [field, id] of names) if (id >= 0) trainer.string(field, model.pieces[id].piece);
  const normalizer = new MessageWriter()
    .string(NORMALIZER.name, 'identity')
    .varint(NORMALIZER.dummyPrefix, model.addDummyPrefix)
    .varint(NORMALIZER.removeExtraSpaces, false)
    .varint(NORMALIZER.escapeSpaces, true);
  return file.bytes(MODEL.trainer, trainer.finish()).bytes(MODEL.normalizer, normalizer.finish()).finish();
}

/** The `.vocab` beside a model: piece and score a line. For reading by people; a newline piece is written as `\\n`. */
export function encodeVocab(model: UnigramModel): string {
  return model.pieces.map(({ piece, score }) => `${piece.replaceAll('\n', '\\n')}\t${score}\n`).join('');
}

type Scalars = Map<number, number | Uint8Array>;

function scalars(message: Uint8Array): Scalars {
  const values: Scalars = new Map();
  for (const field of readFields(message)) values.set(field.number, scalarOf(field));
  return values;
}

function scalarOf(field: Field): number | Uint8Array {
  if (field.wire === 'varint') return Number(BigInt.asIntN(64, field.value));
  if (field.wire === 'bytes') return field.value;
  return field.wire === 'fixed32' ? field.value.getFloat32(0, true) : field.value.getFloat64(0, true);
}

function numberOf(values: Scalars, field: number, absent: number): number {
  const value = values.get(field);
  return typeof value === 'number' ? value : absent;
}

const PIECE_TYPES: readonly number[] = Object.values(PieceType);

function readPiece(message: Uint8Array): Piece {
  const values = scalars(message);
  const text = values.get(PIECE.text);
  const type = numberOf(values, PIECE.type, PieceType.normal);
  if (!(text instanceof Uint8Array) || !PIECE_TYPES.includes(type))
    throw new RangeError('a piece has no text or type');
  const piece = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  return { piece, score: numberOf(values, PIECE.score, 0), type: type as PieceType };
}

function refuse(what: string): never {
  throw new TokenizerError('UnsupportedTokenizerFile', { what }, `Unsupported SentencePiece model: ${what}`);
}

/** A model by its kind. */
export type SentencePieceModel =
  | { kind: 'unigram'; model: UnigramModel }
  | { kind: 'bpe'; model: PieceModel };

function assemble(pieces: Piece[], trainer: Scalars, normalizer: Scalars): SentencePieceModel {
  const charsMap = normalizer.get(NORMALIZER.charsMap);
  const type = numberOf(trainer, TRAINER.modelType, UNIGRAM);
  if (type !== UNIGRAM && type !== BPE) refuse('a model type other than Unigram and BPE');
  if (charsMap instanceof Uint8Array && charsMap.length > 0) refuse('a character normalisation');
  if (numberOf(normalizer, NORMALIZER.removeExtraSpaces, 1)) refuse('remove_extra_whitespaces');
  if (!numberOf(normalizer, NORMALIZER.escapeSpaces, 1)) refuse('escape_whitespaces=false');
  if (numberOf(trainer, TRAINER.whitespaceAsSuffix, 0)) refuse('treat_whitespace_as_suffix');
  const byteFallback = numberOf(trainer, TRAINER.byteFallback, 0) === 1;
  const idOf = (field: number, absent: number) => {
    const id = numberOf(trainer, field, absent);
    return id < pieces.length ? id : -1;
  };
  const model = {
    pieces,
    unkId: pieces.findIndex(({ type }) => type === PieceType.unknown),
    bosId: idOf(TRAINER.bosId, 1),
    eosId: idOf(TRAINER.eosId, 2),
    padId: idOf(TRAINER.padId, -1),
    byteFallback,
    addDummyPrefix: numberOf(normalizer, NORMALIZER.dummyPrefix, 1) === 1,
  };
  return type === BPE
    ? { kind: 'bpe', model }
    : { kind: 'unigram', model: { ...model, arithmetic: 'float32' } };
}

/**
 * A Unigram model.
 * @throws TokenizerError InvalidTokenizerFile at broken bytes, UnsupportedTokenizerFile (with `what`)
 */
export function decodeSentencePieceModel(file: Uint8Array): UnigramModel {
  const { kind, model } = decodeSentencePiece(file);
  return kind === 'unigram'
    ? model
    : refuse('BPE, which only encodes here and is neither trained nor written');
}

/**
 * A model of either kind.
 * @throws TokenizerError InvalidTokenizerFile at broken bytes, UnsupportedTokenizerFile (with `what`)
 */
export function decodeSentencePiece(file: Uint8Array): SentencePieceModel {
  try {
    const pieces: Piece[] = [];
    let trainer: Scalars = new Map();
    let normalizer: Scalars = new Map();
    for (const field of readFields(file)) {
      if (field.wire !== 'bytes') continue;
      if (field.number === MODEL.piece) pieces.push(readPiece(field.value));
      if (field.number === MODEL.trainer) trainer = scalars(field.value);
      if (field.number === MODEL.normalizer) normalizer = scalars(field.value);
    }
    const decoded = assemble(pieces, trainer, normalizer);
    const wrong = unsoundness(decoded.model);
    if (wrong) throw new RangeError(wrong);
    return decoded;
  } catch (error) {
    if (error instanceof TokenizerError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TokenizerError('InvalidTokenizerFile', { reason }, `Not a SentencePiece model: ${reason}`);
  }
}
