// The tokenizer: training, encoding, and the files other tools read.
export { TokenizerError, type TokenizerErrorCode } from './errors.ts';
export { decodeTokenizerJson, encodeTokenizerJson } from './hugging-face-file.ts';
export { type Piece, PieceType, type UnigramModel } from './model.ts';
export { createTokenizerPool, type EncodedTexts, type TokenizerPool } from './pool.ts';
export { decodeSentencePieceModel, encodeSentencePieceModel } from './sentencepiece-file.ts';
export { createTokenizer, type StreamDecoder, type Tokenizer } from './tokenizer.ts';
export { type TrainingProgress, trainUnigram, type UnigramOptions, unigramTraining } from './train.ts';
