// Runs the choices of a request side by side and gives their text as it comes.

import type { Tokenizer } from '../../tokenizer/index.ts';
import type { GenerateOptions } from '../generation.ts';
import type { LogProbabilities } from '../sampler.ts';
import { TextStream } from '../text-stream.ts';
import type { Prompt, Served } from './prepare.ts';

export interface TokenLogprob {
  readonly id: number;
  readonly token: string;
  /** Where it begins in the text, in UTF-16 units of the tokens before it. */
  readonly offset: number;
  readonly logprob: number;
  readonly top: readonly { readonly id: number; readonly token: string; readonly logprob: number }[];
}

export interface Piece {
  readonly index: number;
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[];
}

export interface Choice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[];
  readonly finishReason: 'stop' | 'length';
  readonly tokens: number;
}

const described = (
  tokenizer: Tokenizer,
  id: number,
  offset: number,
  { chosen, top }: LogProbabilities,
): TokenLogprob => {
  // Alone, a token that is part of a character is a replacement character, as in OpenAI's answers.
  const text = (of: number) => tokenizer.decode([of]);
  return {
    id,
    token: text(id),
    offset,
    logprob: chosen,
    top: top.map(([other, logprob]) => ({ id: other, token: text(other), logprob })),
  };
};

/** One choice. `onPiece` gets text once it is certain, with the log probabilities of the tokens since the last piece. */
export async function runChoice(
  { model, generator }: Served,
  index: number,
  prompt: Prompt,
  options: GenerateOptions,
  stops: readonly string[],
  onPiece: (piece: Piece) => void,
): Promise<Choice> {
  const stream = new TextStream(model.tokenizer.decoder(), stops);
  let [text, wasStopped] = ['', false];
  const logprobs: TokenLogprob[] = [];
  let fresh: TokenLogprob[] = [];
  const give = (more: string) => {
    if (more === '' && fresh.length === 0) return;
    text += more;
    onPiece({ index, text: more, logprobs: fresh });
    fresh = [];
  };
  const { ids, finishReason } = await generator.generate(prompt.ids, options, (id, found) => {
    if (found) {
      const last = logprobs.at(-1);
      const entry = described(model.tokenizer, id, last ? last.offset + last.token.length : 0, found);
      logprobs.push(entry);
      fresh.push(entry);
    }
    const { text: more, stopped } = stream.push(id);
    if (more !== '' || stopped) give(more);
    wasStopped = stopped;
    return stopped ? 'stop' : undefined;
  });
  if (!wasStopped) give(stream.end());
  return { index, text, logprobs, finishReason: wasStopped ? 'stop' : finishReason, tokens: ids.length };
}
