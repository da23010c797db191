// Decoding with a GPT-2 of random weights, and the memory it reads. Arguments: f32|int8 THREADS CONFIG.

import { generatorModel, openBatcher, type Quantization } from '@tsudoi/engine/serving';
import { serve } from './contender.ts';
import { triad } from './triad.ts';

const [kind, threadCount, config] = process.argv.slice(2) as [string, string, string];
const threads = Number(threadCount);
const quantize: Quantization | undefined = kind === 'int8' ? 'int8' : undefined;
const source = generatorModel(JSON.parse(config), 1);
const batcher = openBatcher(source, { threads, slots: 1, context: 256, quantize });
// Of the table of positions one row is read.
const bytes = batcher.memory.weights - 4 * source.config.maxPositions * source.config.hiddenSize;
const bandwidth = triad(threads, bytes);
const prompt = [11, 7, 5];
const settings = { temperature: 0 };

await serve({
  /** Tokens per second of `count` tokens after a short prompt, the first one not counted. */
  async decode(count: number) {
    let began = 0;
    const { ids } = await batcher.generate(prompt, { ...settings, maxNewTokens: count + 1 }, () => {
      began ||= performance.now();
    });
    return ((ids.length - 1) / (performance.now() - began)) * 1000;
  },
  /** Bytes per second. */
  triad: () => bandwidth(),
  bytes: () => bytes,
  async ids(count: number) {
    return (await batcher.generate(prompt, { ...settings, maxNewTokens: count })).ids;
  },
});
