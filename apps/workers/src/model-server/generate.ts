import { randomInt } from 'node:crypto';
import { ArtifactId, Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import type { LoadedModel } from './load-model.ts';

export const GenerateInput = z.strictObject({
  artifactId: ArtifactId,
  prompt: z.string().min(1).max(4000),
  maxTokens: z.int().min(1).max(512).default(64),
  temperature: z.number().min(0).max(2).default(0.7),
  topP: z.number().gt(0).max(1).default(0.95),
  seed: z.int().nonnegative().optional(),
});
export type GenerateInput = z.infer<typeof GenerateInput>;

export interface Generated {
  finishReason: 'stop' | 'length';
  promptTokens: number;
  tokens: number;
  seed: number;
}

/**
 * Continues the prompt as the beginning of a document; `onText` gets the text as it comes.
 * @throws Rejection `generate.prompt-too-long`
 */
export async function generate(
  { tokenizer, generator, maxPositions }: LoadedModel,
  input: GenerateInput,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Generated> {
  const { prompt, maxTokens, temperature, topP, seed = randomInt(2 ** 31) } = input;
  const promptIds = tokenizer.encode(prompt.toWellFormed());
  const limit = maxPositions - 2; // the separator stands before the prompt, and one token must fit behind it
  if (promptIds.length > limit)
    throw new Rejection('generate.prompt-too-long', { tokens: promptIds.length, limit });
  const decoder = tokenizer.decoder();
  const { ids, finishReason } = await generator.generate(
    [tokenizer.eosId, ...promptIds],
    { maxNewTokens: maxTokens, temperature, topP, seed, stopIds: [tokenizer.eosId], signal },
    (id) => {
      const text = decoder.push(id);
      if (text !== '') onText(text);
    },
  );
  const rest = decoder.end();
  if (rest !== '') onText(rest);
  return { finishReason, promptTokens: promptIds.length, tokens: ids.length, seed };
}
