import type { Tokenizer } from '../../tokenizer/index.ts';

export interface Efficiency {
  characters: number;
  tokens: number;
  charactersPerToken: number;
}

/** Characters (code points, newlines left out) per token over texts, line by line. */
export function efficiency(tokenizer: Tokenizer, texts: readonly string[]): Efficiency {
  let characters = 0;
  let tokens = 0;
  for (const text of texts) {
    for (const line of text.toWellFormed().split('\n')) {
      if (line === '') continue;
      tokens += tokenizer.encode(line).length;
      for (const _ of line) characters++;
    }
  }
  return {
    characters,
    tokens,
    charactersPerToken: tokens === 0 ? 0 : Number((characters / tokens).toFixed(4)),
  };
}
