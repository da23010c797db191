// Requests of OpenAI's completions and chat completions (platform.openai.com, API reference), as far as a text model
// can answer them, and the sampling settings common in open servers: top_k, min_p, repetition_penalty.

import { z } from 'zod';

const MAX_CHOICES = 16;
const text = z.string().max(1_000_000);
const stop = z.union([text, z.array(text).max(4)]).nullish();

const sampling = {
  model: z.string(),
  max_tokens: z.int().min(0).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().gt(0).max(10).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
  seed: z.int().nullish(),
  stop,
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  // For OpenAI's own accounting; clients set them by themselves.
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  service_tier: z.enum(['auto', 'default']).nullish(),
  store: z.literal(false).nullish(),
};
const ids = z.array(z.int().nonnegative()).min(1);

export const CompletionRequest = z.strictObject({
  ...sampling,
  prompt: z.union([text, ids, z.array(text).min(1).max(MAX_CHOICES), z.array(ids).min(1).max(MAX_CHOICES)]),
  echo: z.boolean().nullish(),
  best_of: z.literal(1).nullish(),
  suffix: z.null().optional(),
  logprobs: z.int().min(0).max(5).nullish(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;

const part = z.strictObject({ type: z.literal('text'), text });
const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([text, z.array(part)]),
  name: z.string().optional(),
  refusal: z.null().optional(), // an answer of ours that comes back as the turn before
});

export const ChatRequest = z.strictObject({
  ...sampling,
  messages: z.array(message).min(1).max(1000),
  max_completion_tokens: z.int().min(0).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: z.strictObject({ type: z.literal('text') }).nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;
export type AnyRequest = CompletionRequest | ChatRequest;
