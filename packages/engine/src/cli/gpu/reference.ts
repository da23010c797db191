// The programs by which the CUDA backend is judged: their kernels are compiled in CI for every architecture, and
// on a machine with a GPU they are run and timed.

import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import type { ModelConfig } from '../../models/families.ts';
import {
  compileCuda,
  cudaTarget,
  type ModuleText,
  moduleTexts,
  type Precision,
} from '../../runtime/cuda/program-text.ts';
import type { Trace } from '../../schedule/program.ts';
import { traceTrainingStep } from '../../train/trainer.ts';

export interface ReferenceModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly batchSize: number;
  readonly sequenceLength: number;
}

/** 124 M parameters; the vocabulary is padded to a multiple of 128, as everyone who trains it does. */
export const gpt2: ReferenceModel = {
  name: 'GPT-2 124M',
  config: {
    ...{ family: 'gpt2', vocabSize: 50304, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072 },
    ...{ maxPositions: 1024, tieEmbeddings: true },
  },
  batchSize: 16,
  sequenceLength: 1024,
};

/** LLM-jp's 1.3 B: Llama with heads of 128. */
export const llama1b: ReferenceModel = {
  name: 'Llama 1.3B',
  config: {
    ...{
      vocabSize: 50688,
      hiddenSize: 2048,
      layers: 24,
      heads: 16,
      keyValueHeads: 16,
      intermediateSize: 5504,
    },
    ...{ maxPositions: 2048, tieEmbeddings: false },
  },
  batchSize: 4,
  sequenceLength: 2048,
};

/** One layer each: kernels do not depend on the number of layers. */
const others: readonly ReferenceModel[] = [
  {
    name: 'Llama with grouped queries, heads of 64',
    config: {
      ...{
        vocabSize: 32768,
        hiddenSize: 1024,
        layers: 1,
        heads: 16,
        keyValueHeads: 4,
        intermediateSize: 2816,
      },
      ...{ maxPositions: 1024, tieEmbeddings: true },
    },
    batchSize: 4,
    sequenceLength: 1024,
  },
  {
    name: 'GPT-NeoX, heads of 80',
    config: {
      ...{
        family: 'gpt_neox',
        vocabSize: 50432,
        hiddenSize: 2560,
        layers: 1,
        heads: 32,
        intermediateSize: 10240,
      },
      ...{ maxPositions: 1024, tieEmbeddings: false },
    },
    batchSize: 2,
    sequenceLength: 1024,
  },
  {
    name: 'Llama, heads of 96',
    config: {
      ...{ vocabSize: 32768, hiddenSize: 768, layers: 1, heads: 8, keyValueHeads: 8, intermediateSize: 2048 },
      ...{ maxPositions: 1024, tieEmbeddings: true },
    },
    batchSize: 4,
    sequenceLength: 1024,
  },
];

export const traceOf = ({ config, batchSize, sequenceLength }: ReferenceModel): Trace =>
  traceTrainingStep({ config, batchSize, sequenceLength, optimizer: { learningRate: 3e-4 } });

/** The same model with one layer. */
export const shallow = (model: ReferenceModel): ReferenceModel => ({
  ...model,
  config: { ...model.config, layers: 1 },
});

/** A layer that halves an image, as in a UNet, and its gradients. */
function convolution(): Trace {
  const b = new GraphBuilder();
  const [x, w] = [b.param('x', [2, 64, 64, 320]), b.param('w', [320, 3, 3, 320])];
  const y = b.conv(x, w, { stride: 2, padding: 1, bias: b.param('bias', [320]) });
  const [dx, dw] = vectorJacobian(b, [y], [b.param('g', y.shape)], [x, w]);
  return { builder: b, outputs: new Map(Object.entries({ y, dx, dw })) };
}

/** Attention whose heads are gated, and in decoding too. */
function gatedAttention(size: number): Trace {
  const b = new GraphBuilder();
  const attrs = { causal: true, scale: 1 / Math.sqrt(size) };
  const [q, k, v, gate] = ['q', 'k', 'v', 'gate'].map((name) => b.param(name, [2, 256, 4, size]));
  const [one, oneGate] = ['one', 'one_gate'].map((name) => b.param(name, [4, size]));
  const caches = ['k_cache', 'v_cache'].map((name) => b.param(name, [256, 4, size]));
  const attended = b.pick(b.apply('attention', [q, k, v], attrs), 0);
  const decoded = b.apply('attention_decode', [one, ...caches, b.param('position', [1], 'i32')], attrs);
  const outputs = { o: b.mul(attended, b.tanh(gate)), decoded: b.mul(decoded, b.tanh(oneGate)) };
  return { builder: b, outputs: new Map(Object.entries(outputs)) };
}

/** Every distinct module of the reference programs: generated kernels and template instances. */
export function referenceModules(precisions: readonly Precision[] = ['bf16', 'f32']): ModuleText[] {
  const modules = new Map<string, ModuleText>();
  for (const model of [shallow(gpt2), shallow(llama1b), ...others]) {
    for (const precision of model === others[0] ? precisions : (['bf16'] as const)) {
      const program = compileCuda(traceOf(model), cudaTarget(precision, false));
      for (const module of moduleTexts(program)) modules.set(module.text, module);
    }
  }
  const alone: (readonly [Precision, Trace])[] = [64, 80, 96, 128].map((size) => [
    'bf16',
    gatedAttention(size),
  ]);
  alone.push(['f32', gatedAttention(48)], ['f32', convolution()]);
  for (const [precision, trace] of alone) {
    if (!precisions.includes(precision)) continue;
    const program = compileCuda(trace, cudaTarget(precision, false));
    for (const module of moduleTexts(program)) modules.set(module.text, module);
  }
  return [...modules.values()];
}
