// The tokenizer: training, encoding, and the files other tools read.
export { type BpeModel, createBpeTokenizer } from './bpe.ts';
export { TokenizerError, type TokenizerErrorCode } from './errors.ts';
export { decodeBpeTokenizerJson } from './hugging-face-bpe.ts';
export { decodeTokenizerJson, encodeTokenizerJson } from './hugging-face-file.ts';
export {
  type Head,
  headSize,
  LLM_JP_HEAD,
  mergeVocabularies,
  type Partition,
  type SpaceStripping,
} from './merge.ts';
export { type Piece, type PieceModel, PieceType, type UnigramModel } from './model.ts';
export { createTokenizerPool, type EncodedTexts, type TokenizerPool } from './pool.ts';
export { type ReestimateOptions, reestimation } from './reestimate.ts';
export {
  decodeSentencePiece,
  decodeSentencePieceModel,
  encodeSentencePieceModel,
  encodeVocab,
  type SentencePieceModel,
} from './sentencepiece-file.ts';
export { createMergingTokenizer, createTokenizer, type StreamDecoder, type Tokenizer } from './tokenizer.ts';
export { type TrainingProgress, trainUnigram, type UnigramOptions, unigramTraining } from './train.ts';
export { type MergedSettings, mergedTraining, type TrainingPart } from './train-merged.ts';
