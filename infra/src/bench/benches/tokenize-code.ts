import type { Bench } from '../bench.ts';
import { encodeCases } from '../tokenizer/encode-cases.ts';

export const bench: Bench = {
  about: 'encoding code with a vocabulary of 97k against SentencePiece and @huggingface/tokenizers',
  cases: (options) => encodeCases('code', { must: 1.5, aim: 4 }, options),
};
