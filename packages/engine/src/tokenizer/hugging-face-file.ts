import { z } from 'zod';
import { TokenizerError } from './errors.ts';
import {
  byteOfPiece,
  type Piece,
  PieceType,
  pathScore,
  SPACE_MARK,
  scoreRange,
  type UnigramModel,
  unsoundness,
} from './model.ts';

/**
 * `tokenizer.json` of Hugging Face `tokenizers`, which `transformers` and transformers.js load as it is.
 *
 * That library matches every entry of the vocabulary in the text, control and byte pieces too. They are written with a
 * score so low that a literal "<0x41>" or "</s>" is always cheaper in ordinary pieces. (Special tokens are still found in
 * the text by `transformers` before the model sees it, unless `split_special_tokens` is set.)
 */
const NEVER = -1000;

const Component: z.ZodType<Record<string, unknown>> = z.looseObject({ type: z.string() });

const TokenizerJson = z.looseObject({
  added_tokens: z.array(
    z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean() }),
  ),
  normalizer: Component.nullable().optional(),
  pre_tokenizer: Component.nullable().optional(),
  model: z.looseObject({
    type: z.string(),
    unk_id: z.int().nonnegative().nullable(),
    byte_fallback: z.boolean().default(false),
    vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  }),
});

const REPLACE_SPACE = { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK };
const PREPEND_SPACE = { type: 'Prepend', prepend: SPACE_MARK };

function decoderOf(model: UnigramModel): object {
  // Spaces are restored before bytes become characters, so that a literal U+2581, which came as bytes, stays itself.
  const decoders: object[] = [
    { type: 'Replace', pattern: { String: SPACE_MARK }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ];
  if (model.addDummyPrefix) decoders.push({ type: 'Strip', content: ' ', start: 1, stop: 0 });
  return { type: 'Sequence', decoders };
}

/** The file as text, one piece a line, ending in a newline. */
export function encodeTokenizerJson(model: UnigramModel): string {
  const { max } = scoreRange(model.pieces);
  const matched = (piece: Piece) => piece.type === PieceType.normal || piece.type === PieceType.userDefined;
  const special = (piece: Piece) => piece.type === PieceType.control || piece.type === PieceType.unknown;
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: model.pieces.flatMap((piece, id) =>
      special(piece)
        ? [
            {
              id,
              content: piece.piece,
              single_word: false,
              lstrip: false,
              rstrip: false,
              normalized: false,
              special: true,
            },
          ]
        : [],
    ),
    normalizer: model.addDummyPrefix
      ? { type: 'Sequence', normalizers: [PREPEND_SPACE, REPLACE_SPACE] }
      : REPLACE_SPACE,
    pre_tokenizer: null,
    post_processor: null,
    decoder: decoderOf(model),
    model: { type: 'Unigram', unk_id: model.unkId, byte_fallback: model.byteFallback, vocab: [] },
  };
  const vocab = model.pieces.map((piece) => {
    return JSON.stringify([piece.piece, matched(piece) ? pathScore(piece, max) : NEVER]);
  });
  return `${JSON.stringify(file, null, 1).replace('"vocab": []', () => `"vocab": [\n${vocab.join(',\n')}\n]`)}\n`;
}

function refuse(what: string): never {
  throw new TokenizerError('UnsupportedTokenizerFile', { what }, `Unsupported tokenizer.json: ${what}`);
}

/** Whether the normaliser puts a space in front; anything but space marks is refused. */
function hasDummyPrefix(normalizer: Record<string, unknown> | null | undefined): boolean {
  const written = JSON.stringify(normalizer ?? null);
  if (written === JSON.stringify(REPLACE_SPACE)) return false;
  if (written === JSON.stringify({ type: 'Sequence', normalizers: [PREPEND_SPACE, REPLACE_SPACE] }))
    return true;
  return refuse('a normalizer other than space marks');
}

function parse(text: string): z.infer<typeof TokenizerJson> {
  try {
    return TokenizerJson.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}` : 'it is not JSON';
    throw new TokenizerError('InvalidTokenizerFile', { reason }, `Not a tokenizer.json: ${reason}`);
  }
}

/**
 * Reads a Unigram `tokenizer.json`. User-defined pieces come back as normal ones with the score that makes them win:
 * the format does not tell them apart, the ids are the same.
 * @throws TokenizerError InvalidTokenizerFile, UnsupportedTokenizerFile (with `what`)
 */
export function decodeTokenizerJson(text: string): UnigramModel {
  const file = parse(text);
  const { model, added_tokens: added } = file;
  if (model.type !== 'Unigram') refuse(`a ${model.type} model`);
  if (file.pre_tokenizer) refuse('a pre-tokenizer');
  const unkId = model.unk_id ?? refuse('no unknown piece');
  const addDummyPrefix = hasDummyPrefix(file.normalizer);
  const control = new Set(added.filter(({ special }) => special).map(({ id }) => id));
  if (added.some(({ id, content }) => model.vocab[id]?.[0] !== content))
    refuse('added tokens outside the vocabulary');
  const typeOf = (piece: string, id: number): PieceType => {
    if (id === unkId) return PieceType.unknown;
    if (control.has(id)) return PieceType.control;
    return model.byte_fallback && byteOfPiece(piece) >= 0 ? PieceType.byte : PieceType.normal;
  };
  const pieces = model.vocab.map(([piece, score], id): Piece => {
    const type = typeOf(piece, id);
    return { piece, score: type === PieceType.normal ? score : 0, type };
  });
  const idOf = (piece: string) => pieces.findIndex((p) => p.type === PieceType.control && p.piece === piece);
  const result: UnigramModel = {
    pieces,
    unkId,
    bosId: idOf('<s>'),
    eosId: idOf('</s>'),
    padId: idOf('<pad>'),
    byteFallback: model.byte_fallback,
    addDummyPrefix,
    arithmetic: 'float64',
  };
  const reason = unsoundness(result);
  if (reason)
    throw new TokenizerError('InvalidTokenizerFile', { reason }, `Not a sound tokenizer.json: ${reason}`);
  return result;
}
