/**
 * Expected failures of the tokenizer. `code` and `params` have the shape of the platform's rejections, so a stage
 * can hand them on unchanged; the message is one English line for logs.
 */
export type TokenizerErrorCode =
  | 'VocabularyTooLarge'
  | 'VocabularyTooSmall'
  | 'NothingToTrainOn'
  | 'LoneSurrogate'
  | 'InvalidTokenizerFile'
  | 'UnsupportedTokenizerFile';

export class TokenizerError extends Error {
  readonly code: TokenizerErrorCode;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: TokenizerErrorCode, params: Record<string, string | number>, message: string) {
    super(message);
    this.name = 'TokenizerError';
    this.code = code;
    this.params = params;
  }
}
