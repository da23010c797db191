// Serving models on the CPU, for servers and benches outside this package.

import { elementsOf } from './models/config.ts';
import { type ModelConfig, modelOf } from './models/families.ts';
import { normals } from './nn/rng.ts';
import type { WeightSource } from './serve/weights.ts';

export { type Batcher, Overloaded } from './serve/batcher.ts';
export { openBatcher } from './serve/generator.ts';
export { ApiError } from './serve/openai/errors.ts';
export type { Served } from './serve/openai/prepare.ts';
export { createApiServer, type Models, unknownModel } from './serve/openai/server.ts';
export { openServedModel, type ServedModel } from './serve/served-model.ts';
export { TextStream } from './serve/text-stream.ts';
export { type Quantization, quantizations, type WeightSource } from './serve/weights.ts';

/** A model of random weights, one short table of them over and over: it costs what a trained one of its shape costs. */
export function generatorModel(config: ModelConfig, seed: number): WeightSource {
  const shapes = new Map(modelOf(config).parameters.map((p) => [p.name, p]));
  const table = normals(seed, 'table', 4099, 0.02);
  return {
    config,
    floats(name) {
      const { shape, role } = shapes.get(name)!;
      const values = new Float32Array(elementsOf(shape)).fill(role === 'norm' ? 1 : 0);
      if (role !== 'norm' && role !== 'bias')
        for (let at = 0; at < values.length; at += table.length)
          values.set(table.subarray(0, Math.min(table.length, values.length - at)), at);
      return values;
    },
  };
}
