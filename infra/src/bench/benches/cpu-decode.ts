import type { Bench } from '../bench.ts';
import { startContender } from '../engine/contender.ts';

const GPT2 = {
  ...{ family: 'gpt2', vocabSize: 50257, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072 },
  ...{ maxPositions: 1024, tieEmbeddings: true },
};
const SMALL = { ...GPT2, hiddenSize: 512, layers: 8, heads: 8, intermediateSize: 2048 };

export const bench: Bench = {
  about:
    'decoding one sequence: bytes of weights per second against the bandwidth of the triad in the same rounds',
  async *cases({ quick }) {
    for (const kind of ['f32', 'int8']) {
      for (const threads of [1, 2]) {
        const side = startContender('decode-contender', [
          kind,
          `${threads}`,
          JSON.stringify(quick ? SMALL : GPT2),
        ]);
        const bytes = await side.call<number>('bytes');
        const last = { tokens: 0, bandwidth: 0 };
        yield {
          case: `${quick ? 'GPT 8 x 512' : 'GPT-2 small'}, ${kind}, ${threads} thread${threads > 1 ? 's' : ''}`,
          peer: null,
          unit: "% of the triad's bandwidth",
          better: 'more',
          ours: async () => {
            last.bandwidth = await side.call<number>('triad');
            last.tokens = await side.call<number>('decode', quick ? 16 : 32);
            return (100 * last.tokens * bytes) / last.bandwidth;
          },
          // The same ids every time, and none of them the sign of a broken product.
          verify: async () => {
            const [a, b] = [await side.call<number[]>('ids', 8), await side.call<number[]>('ids', 8)];
            return a.length === 8 && `${a}` === `${b}` && a.every((id) => id >= 0 && id < GPT2.vocabSize);
          },
          floor: 100,
          must: 70,
          aim: 90,
          note: () =>
            `${last.tokens.toFixed(1)} tokens/s, ${(bytes / 1e6).toFixed(0)} MB per token, triad ${(last.bandwidth / 1e9).toFixed(1)} GB/s over as many bytes.`,
          close: side.close,
        };
      }
    }
  },
};
