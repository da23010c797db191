// From a request to what the model is asked: prompts of ids, settings of the sampler, stop strings.

import { randomInt } from 'node:crypto';
import { ChatTemplateError, chatEncoder } from '../chat-template.ts';
import type { GenerateOptions, Generator } from '../generation.ts';
import type { ServedModel } from '../served-model.ts';
import { ApiError } from './errors.ts';
import type { AnyRequest, ChatRequest, CompletionRequest } from './requests.ts';

export interface Served {
  readonly model: Pick<
    ServedModel,
    'name' | 'tokenizer' | 'chatTemplate' | 'specials' | 'beginId' | 'bosToken' | 'eosToken' | 'endIds'
  >;
  readonly generator: Generator & { readonly context: number };
}

export interface Prompt {
  readonly ids: readonly number[];
  /** Its text, for `echo`. */
  readonly text: string;
}

const DEFAULT_COMPLETION_TOKENS = 16;

export function completionPrompts({ model }: Served, request: CompletionRequest): Prompt[] {
  const { prompt } = request;
  if (request.echo && typeof request.logprobs === 'number') {
    // They would have to hold the prompt's tokens as well.
    throw new ApiError(400, "'logprobs' are not given together with 'echo'", 'invalid_value', 'logprobs');
  }
  const begin = model.beginId === undefined ? [] : [model.beginId];
  const fromText = (text: string): Prompt => ({
    ids: [...begin, ...model.tokenizer.encode(text.toWellFormed())],
    text,
  });
  const fromIds = (ids: readonly number[]): Prompt => ({ ids, text: model.tokenizer.decode(ids) });
  if (typeof prompt === 'string') return [fromText(prompt)];
  if (typeof prompt[0] === 'number') return [fromIds(prompt as number[])];
  return (prompt as (string | number[])[]).map((p) => (typeof p === 'string' ? fromText(p) : fromIds(p)));
}

export async function chatPrompt({ model }: Served, request: ChatRequest): Promise<Prompt> {
  if (model.chatTemplate === undefined) {
    const message = `The model '${model.name}' has no chat template; use /v1/completions`;
    throw new ApiError(400, message, 'no_chat_template', 'messages');
  }
  const messages = request.messages.map((m) => ({
    role: m.role === 'developer' ? 'system' : m.role,
    content: typeof m.content === 'string' ? m.content : m.content.map((p) => p.text).join(''),
    ...(m.name === undefined ? {} : { name: m.name }),
  }));
  try {
    const ids = await chatEncoder(model.chatTemplate, model.tokenizer, model)(messages);
    return { ids, text: '' };
  } catch (error) {
    if (!(error instanceof ChatTemplateError)) throw error;
    throw new ApiError(400, error.message, 'invalid_messages', 'messages');
  }
}

/** @throws ApiError when a prompt is empty, longer than the context or has ids that are none */
export function checkPrompts(served: Served, prompts: readonly Prompt[], request: AnyRequest): void {
  const { context } = served.generator;
  const { vocabSize } = served.model.tokenizer;
  for (const { ids } of prompts) {
    if (ids.length === 0) throw new ApiError(400, 'The prompt is empty', 'invalid_value', 'prompt');
    const bad = ids.find((id) => id >= vocabSize);
    if (bad !== undefined) {
      throw new ApiError(
        400,
        `Token ${bad} is outside the vocabulary of ${vocabSize}`,
        'invalid_value',
        'prompt',
      );
    }
    const asked = request.max_tokens ?? 0;
    if (ids.length + (asked > 0 ? 1 : 0) > context + 1 || ids.length > context) {
      const message = `This model's maximum context length is ${context} tokens; the prompt has ${ids.length}`;
      throw new ApiError(
        400,
        message,
        'context_length_exceeded',
        'messages' in request ? 'messages' : 'prompt',
        { tokens: ids.length, limit: context },
      );
    }
  }
}

const isChat = (request: AnyRequest): request is ChatRequest => 'messages' in request;

export function stopsOf({ stop }: AnyRequest): string[] {
  if (stop === null || stop === undefined) return [];
  return (typeof stop === 'string' ? [stop] : stop).filter((s) => s !== '');
}

/** Settings of choice number `choice`; its seed follows the request's. */
export function settingsOf(served: Served, request: AnyRequest, prompt: Prompt) {
  const { context } = served.generator;
  const room = context + 1 - prompt.ids.length;
  const asked = isChat(request)
    ? (request.max_completion_tokens ?? request.max_tokens ?? room)
    : (request.max_tokens ?? DEFAULT_COMPLETION_TOKENS);
  const logprobs = isChat(request)
    ? request.logprobs
      ? (request.top_logprobs ?? 0)
      : undefined
    : (request.logprobs ?? undefined);
  const seed = request.seed ?? randomInt(2 ** 31);
  return (choice: number, signal: AbortSignal): GenerateOptions => ({
    maxNewTokens: Math.min(asked, room),
    stopIds: served.model.endIds,
    signal,
    logprobs,
    seed: Math.abs(seed) + choice,
    temperature: request.temperature ?? 1,
    topP: request.top_p ?? 1,
    topK: request.top_k ?? 0,
    minP: request.min_p ?? 0,
    repetitionPenalty: request.repetition_penalty ?? 1,
    presencePenalty: request.presence_penalty ?? 0,
    frequencyPenalty: request.frequency_penalty ?? 0,
    logitBias: new Map(Object.entries(request.logit_bias ?? {}).map(([id, bias]) => [Number(id), bias])),
  });
}
