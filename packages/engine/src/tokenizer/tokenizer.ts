import { buildDictionary } from './dictionary.ts';
import { Encoder } from './encoder.ts';
import { byteOfPiece, type PieceModel, PieceType, SPACE_MARK, type UnigramModel } from './model.ts';
import { MergingEncoder } from './sentencepiece-bpe.ts';

/** Turns ids into text as they come; a character spread over several byte pieces appears when it is whole. */
export interface StreamDecoder {
  push(id: number): string;
  /** What is left, with U+FFFD for bytes that do not make a character. */
  end(): string;
}

export interface Tokenizer {
  readonly vocabSize: number;
  readonly unkId: number;
  /** -1 where the model has none; `encode` never adds them. */
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
  /**
   * Ids of a text. `decode(encode(text)) === text` for every well-formed string, with byte fallback and no dummy prefix.
   * @throws TokenizerError LoneSurrogate (with `index` in code units): UTF-8 has no way to write one
   */
  encode(text: string): Int32Array;
  /** As `encode`, into `target` from `offset` on; returns where the ids end. Needs up to one place per UTF-8 byte. */
  encodeInto(text: string, target: Int32Array, offset?: number): number;
  /** Text of the ids. Control pieces are left out, an unknown or unlisted id is U+FFFD. */
  decode(ids: Iterable<number>): string;
  decoder(): StreamDecoder;
  /** The piece as SentencePiece writes it, with U+2581 for spaces; undefined outside the vocabulary. */
  idToPiece(id: number): string | undefined;
  pieceToId(piece: string): number | undefined;
}

const SPACE = 0x20;
const REPLACEMENT = new Uint8Array([0xef, 0xbf, 0xbd]);

/** The bytes each piece stands for. */
function pieceBytes(model: PieceModel): Uint8Array[] {
  const utf8 = new TextEncoder();
  return model.pieces.map(({ piece, type }) => {
    if (type === PieceType.control) return new Uint8Array();
    if (type === PieceType.unknown) return REPLACEMENT;
    if (type === PieceType.byte) return Uint8Array.of(byteOfPiece(piece));
    return utf8.encode(piece.replaceAll(SPACE_MARK, ' '));
  });
}

/** Text to ids; which algorithm does it is all that SentencePiece's kinds of models differ in. */
type TextEncoding = Pick<Encoder, 'encode' | 'encodeInto'>;

class PieceTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly unkId: number;
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
  private readonly model: PieceModel;
  private readonly encoder: TextEncoding;
  private readonly bytesOf: Uint8Array[];
  private readonly ids: Map<string, number>;

  constructor(model: PieceModel, encoder: TextEncoding) {
    this.model = model;
    this.vocabSize = model.pieces.length;
    this.unkId = model.unkId;
    this.bosId = model.bosId;
    this.eosId = model.eosId;
    this.padId = model.padId;
    this.encoder = encoder;
    this.bytesOf = pieceBytes(model);
    this.ids = new Map(model.pieces.map(({ piece }, id) => [piece, id]));
  }

  encode(text: string): Int32Array {
    return this.encoder.encode(text);
  }

  encodeInto(text: string, target: Int32Array, offset = 0): number {
    return this.encoder.encodeInto(text, target, offset);
  }

  decode(ids: Iterable<number>): string {
    let bytes = new Uint8Array(4096);
    let end = 0;
    for (const id of ids) {
      const piece = this.bytesOf[id] ?? REPLACEMENT;
      if (end + piece.length > bytes.length) {
        const wider = new Uint8Array((end + piece.length) * 2);
        wider.set(bytes);
        bytes = wider;
      }
      bytes.set(piece, end);
      end += piece.length;
    }
    const from = this.model.addDummyPrefix && bytes[0] === SPACE ? 1 : 0;
    // A byte order mark is text like any other.
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, Math.max(from, end)));
  }

  decoder(): StreamDecoder {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    let atStart = this.model.addDummyPrefix;
    const unprefixed = (text: string) => {
      if (!atStart || text === '') return text;
      atStart = false;
      return text.startsWith(' ') ? text.slice(1) : text;
    };
    return {
      push: (id) => unprefixed(utf8.decode(this.bytesOf[id] ?? REPLACEMENT, { stream: true })),
      end: () => unprefixed(utf8.decode()),
    };
  }

  idToPiece(id: number): string | undefined {
    return this.model.pieces[id]?.piece;
  }

  pieceToId(piece: string): number | undefined {
    return this.ids.get(piece);
  }
}

/** Building takes a moment (tens of milliseconds for 8k pieces); a tokenizer is not to be shared between threads. */
export function createTokenizer(model: UnigramModel): Tokenizer {
  return new PieceTokenizer(model, new Encoder(buildDictionary(model)));
}

/** A BPE model of SentencePiece (Llama 2, Mistral, Gemma), for text of other groups' tokenizers. */
export function createMergingTokenizer(model: PieceModel): Tokenizer {
  return new PieceTokenizer(model, new MergingEncoder(model));
}
