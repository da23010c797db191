import type { Bench } from '../bench.ts';
import { encodeCases } from '../tokenizer/encode-cases.ts';

export const bench: Bench = {
  about: 'encoding Japanese with a vocabulary of 97k against SentencePiece and @huggingface/tokenizers',
  cases: (options) => encodeCases('ja', { must: 2, aim: 4 }, options),
};
