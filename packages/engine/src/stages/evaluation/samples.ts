import type { RecipeOf } from '@tsudoi/schema';
import { createGenerator } from '../../serve/generator.ts';
import type { ModelFiles } from '../model-files.ts';
import type { StageContext } from '../stage.ts';

export interface Sample {
  prompt: string;
  /** What the model wrote behind the prompt. */
  text: string;
  finishReason: 'stop' | 'length';
}

/** Continues every prompt of the recipe as the beginning of a document. The same seed gives the same texts. */
export async function drawSamples(
  { config, parameters, tokenizer }: ModelFiles,
  recipe: RecipeOf<'evaluate'>,
  { signal, threads }: StageContext,
): Promise<Sample[]> {
  const { sampleTokens, temperature, topP, seed } = recipe;
  if (recipe.prompts.length === 0 || sampleTokens === 0) return [];
  const generator = createGenerator({ config, parameters, threads });
  const samples: Sample[] = [];
  try {
    for (const prompt of recipe.prompts) {
      // A prompt that leaves no room for the answer is cut at its beginning.
      const room = Math.max(1, config.maxPositions - sampleTokens - 1);
      const ids = [tokenizer.eosId, ...tokenizer.encode(prompt).slice(-room)];
      const options = {
        maxNewTokens: sampleTokens,
        temperature,
        topP,
        seed,
        stopIds: [tokenizer.eosId],
        signal,
      };
      const generation = await generator.generate(ids, options);
      const text = tokenizer.decode(generation.ids);
      samples.push({ prompt, text, finishReason: generation.finishReason });
    }
  } finally {
    generator.dispose();
  }
  return samples;
}
