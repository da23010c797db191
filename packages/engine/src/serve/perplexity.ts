// Perplexity of a text under a model as it is served: with the kernels, the caches and the blocks that answers come from.

import { modelOf } from '../models/families.ts';
import { type CpuOptions, openCpu } from '../runtime/cpu.ts';
import { traceRowsStep } from './rows-step.ts';
import { logProbabilities } from './sampler.ts';
import { loadWeights, type Quantization, sharedParams, type WeightSource, weightLayout } from './weights.ts';

export interface PerplexityOptions extends CpuOptions {
  readonly quantize?: Quantization;
}

/**
 * exp of the mean negative log-likelihood of every id but the first of each sequence. Sequences of different lengths are
 * compiled each by itself.
 * @throws RangeError for a sequence longer than the model; DeviceUnavailable
 */
export function perplexity(
  source: WeightSource,
  sequences: readonly (readonly number[])[],
  options: PerplexityOptions = {},
): number {
  const { config } = source;
  const device = openCpu(options);
  const context = Math.max(...sequences.map((s) => s.length));
  if (context > modelOf(config).contextLength) throw new RangeError(`a sequence has ${context} ids`);
  const weights = weightLayout(source, options.quantize);
  const memory = device.share(sharedParams(config, weights, 1, context));
  try {
    loadWeights(memory, source, weights);
    let [total, count] = [0, 0];
    for (const ids of sequences) {
      const rows = ids.length;
      const trace = traceRowsStep(config, { rows, slots: 1, context, logits: 'every' });
      const program = device.compile(trace, {}, memory);
      program.write('token', Int32Array.from(ids));
      program.write('slot', new Int32Array(rows));
      program.write(
        'position',
        Int32Array.from(ids, (_, i) => i),
      );
      program.run();
      const logits = program.read('logits');
      program.dispose();
      for (let i = 1; i < rows; i++) {
        const row = logits.subarray((i - 1) * config.vocabSize, i * config.vocabSize);
        total -= logProbabilities(row, ids[i], 0).chosen;
        count++;
      }
    }
    return Math.exp(total / count);
  } finally {
    device.dispose();
    memory.dispose();
  }
}
