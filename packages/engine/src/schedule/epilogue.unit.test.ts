// A counter: the activations of whole models are epilogues of the products before them, on every backend.

import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { cTarget } from '../kernels/c-target.ts';
import type { ModelConfig } from '../models/families.ts';
import { cudaTarget } from '../runtime/cuda/program-text.ts';
import { webGpuTarget } from '../runtime/webgpu/device.ts';
import { traceDecodingStep } from '../serve/generation.ts';
import { traceTrainingStep } from '../train/training-step.ts';
import type { BackendTarget } from './emitter.ts';
import { compileProgram, type Trace } from './program.ts';

const sizes = {
  vocabSize: 256,
  hiddenSize: 64,
  layers: 3,
  heads: 2,
  intermediateSize: 192,
  maxPositions: 64,
};
const configs: Readonly<Record<string, ModelConfig>> = {
  'GPT-2': { family: 'gpt2', ...sizes, tieEmbeddings: true },
  'GPT-NeoX': { family: 'gpt_neox', ...sizes, tieEmbeddings: false },
  Llama: { family: 'llama', ...sizes, tieEmbeddings: false },
};
const gpu = { subgroupSize: 4, f16: false, slabBytes: 2 ** 27, workgroupBytes: 16384 };
const targets: Readonly<Record<string, BackendTarget>> = {
  C: cTarget,
  WGSL: webGpuTarget(gpu),
  'CUDA in bfloat16': cudaTarget('bf16', false),
  'CUDA in float32': cudaTarget('f32', false),
  'WGSL in software': webGpuTarget(gpu, { simple: true }),
};

describe.each(Object.entries(targets))('in %s', (_target, target) => {
  const saved = (trace: Trace) => {
    const [all, fewer] = [{ ...target, takesEpilogue: undefined }, target].map((t) =>
      compileProgram(trace, t),
    );
    return all.launches.length - fewer.launches.length;
  };

  it.each(Object.entries(configs))(
    '%s decodes without a kernel for its activation in any layer',
    (_, config) => {
      expect(saved(traceDecodingStep(config))).toBeGreaterThanOrEqual(sizes.layers);
    },
  );

  it.each(Object.entries(configs))('%s trains without one, forward and backward', (_, config) => {
    const options = { config, batchSize: 2, sequenceLength: 32, optimizer: { learningRate: 1e-3 } };
    expect(saved(traceTrainingStep(options))).toBeGreaterThanOrEqual(2 * sizes.layers);
  });

  it('a convolution takes what follows it, with or without a kernel of its own', () => {
    const b = new GraphBuilder();
    const y = b.conv(b.param('x', [2, 9, 8, 16]), b.param('w', [24, 3, 3, 16]), { padding: 1 });
    const launches = [y, b.tanh(y)].map(
      (out) => compileProgram({ builder: b, outputs: new Map([['y', out]]) }, target).launches.length,
    );
    expect(launches[1]).toBe(launches[0]);
  });
});
