// Answers of OpenAI's completions and chat completions, whole and in chunks.

import type { Choice, Piece, TokenLogprob } from './choices.ts';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The two shapes of answers. */
export interface Shape {
  readonly prefix: string;
  readonly object: string;
  readonly chunkObject: string;
  choice(choice: Choice, withLogprobs: boolean): object;
  /** The chunk with which a choice begins. */
  first?(index: number): object;
  piece(piece: Piece, withLogprobs: boolean): object;
  last(choice: Choice): object;
}

const bytes = (token: string) => [...new TextEncoder().encode(token)];

const chatLogprobs = (list: readonly TokenLogprob[]) => ({
  content: list.map(({ token, logprob, top }) => ({
    token,
    logprob,
    bytes: bytes(token),
    top_logprobs: top.map((t) => ({ token: t.token, logprob: t.logprob, bytes: bytes(t.token) })),
  })),
  refusal: null,
});

const completionLogprobs = (list: readonly TokenLogprob[]) => ({
  tokens: list.map((t) => t.token),
  token_logprobs: list.map((t) => t.logprob),
  // Of two tokens with one text (parts of characters) the likelier stays.
  top_logprobs: list.map(({ top }) => Object.fromEntries(top.toReversed().map((t) => [t.token, t.logprob]))),
  text_offset: list.map((t) => t.offset),
});

export const completionShape: Shape = {
  prefix: 'cmpl',
  object: 'text_completion',
  chunkObject: 'text_completion',
  choice: ({ index, text, logprobs, finishReason }, withLogprobs) => ({
    index,
    text,
    logprobs: withLogprobs ? completionLogprobs(logprobs) : null,
    finish_reason: finishReason,
  }),
  piece: ({ index, text, logprobs }, withLogprobs) => ({
    index,
    text,
    logprobs: withLogprobs ? completionLogprobs(logprobs) : null,
    finish_reason: null,
  }),
  last: ({ index, finishReason }) => ({ index, text: '', logprobs: null, finish_reason: finishReason }),
};

export const chatShape: Shape = {
  prefix: 'chatcmpl',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  choice: ({ index, text, logprobs, finishReason }, withLogprobs) => ({
    index,
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: withLogprobs ? chatLogprobs(logprobs) : null,
    finish_reason: finishReason,
  }),
  first: (index) => ({
    index,
    delta: { role: 'assistant', content: '' },
    logprobs: null,
    finish_reason: null,
  }),
  piece: ({ index, text, logprobs }, withLogprobs) => ({
    index,
    delta: { content: text },
    logprobs: withLogprobs ? chatLogprobs(logprobs) : null,
    finish_reason: null,
  }),
  last: ({ index, finishReason }) => ({ index, delta: {}, logprobs: null, finish_reason: finishReason }),
};
