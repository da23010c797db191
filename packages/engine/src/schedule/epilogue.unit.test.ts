// A counter: the activations of whole models are epilogues of the products before them, on every backend, and what
// follows attention is one of attention.

import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { numel } from '../core/shape.ts';
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
const attrs = { causal: true, scale: 0.5 };
const sequences = (b: GraphBuilder) => {
  const [q, k, v] = ['q', 'k', 'v'].map((name) => b.param(name, [2, 24, name === 'q' ? 4 : 2, 16]));
  return b.apply('attention', [q, k, v], attrs);
};
const attentionKinds: Readonly<Record<string, (b: GraphBuilder) => Node>> = {
  attention: (b) => b.pick(sequences(b), 0),
  'attention of one row against a cache': (b) => {
    const [k, v] = ['k', 'v'].map((name) => b.param(name, [24, 2, 16]));
    return b.apply('attention_decode', [b.param('q', [4, 16]), k, v, b.param('position', [1], 'i32')], attrs);
  },
  'attention of rows against a cache': (b) => {
    const [k, v] = ['k', 'v'].map((name) => b.param(name, [3, 2, 24, 16]));
    const places = ['slot', 'position'].map((name) => b.param(name, [5], 'i32'));
    return b.apply('attention_rows', [b.param('q', [5, 4, 16]), k, v, ...places], attrs);
  },
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

  it.each(Object.entries(attentionKinds))('%s takes what follows it', (_, attend) => {
    const b = new GraphBuilder();
    const y = attend(b);
    const gated = b.mul(b.tanh(b.reshape(y, [y.shape[0], numel(y.shape) / y.shape[0]])), 0.5);
    const launches = [y, gated].map(
      (out) => compileProgram({ builder: b, outputs: new Map([['y', out]]) }, target).launches.length,
    );
    // Alone, a result that is handed out is copied where it is computed in fewer bits.
    expect(launches[1]).toBeLessThanOrEqual(launches[0]);
  });
});

it('what needs the further results of attention too is computed after it', () => {
  const b = new GraphBuilder();
  const both = sequences(b);
  const [o, lse] = [b.pick(both, 0), b.reshape(b.permute(b.pick(both, 1), [0, 2, 1]), [2, 24, 4, 1])];
  const programs = [o, b.mul(o, lse)].map((y) =>
    compileProgram({ builder: b, outputs: new Map([['y', y]]) }, cTarget),
  );
  expect(programs.map((p) => p.launches.length)).toEqual([1, 2]);
});
