// Losses of single tokens under fixed parameters, for bits per byte over documents.

import { GraphBuilder } from '../core/builder.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import { paramNodes, sequenceLogits } from '../models/model.ts';
import { openCpu } from '../runtime/cpu.ts';
import { splitTokens } from './tokens.ts';
import type { Tensor } from './trainer.ts';

export interface EvaluatorOptions {
  readonly config: ModelConfig;
  /** By Hugging Face names, as `Trainer.parameters()` gives them. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly threads?: number;
  readonly cacheDir?: string;
}

export interface Evaluator {
  /**
   * Tokens [batchSize, sequenceLength + 1] to the negative log-likelihood in nats of every next token,
   * [batchSize * sequenceLength]. Short documents are padded by any token; ignore those losses.
   */
  losses(tokens: Int32Array): Float32Array;
  dispose(): void;
}

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { config, batchSize, sequenceLength } = options;
  const b = new GraphBuilder();
  const model = modelOf(config);
  const parameters = paramNodes(b, model);
  const logits = sequenceLogits(b, model, parameters, b.param('inputs', [batchSize, sequenceLength], 'i32'));
  const targets = b.param('targets', [batchSize * sequenceLength], 'i32');
  const losses = b.pick(b.apply('cross_entropy', [logits, targets]), 0);
  const device = openCpu(options);
  const program = device.compile({ builder: b, outputs: new Map([['losses', losses]]) });
  for (const name of parameters.keys()) {
    const tensor = options.parameters.get(name);
    if (!tensor) throw new RangeError(`parameter ${name} is missing`);
    program.write(name, tensor.data);
  }
  return {
    losses(tokens) {
      const split = splitTokens(tokens, batchSize, sequenceLength, config.vocabSize);
      program.write('inputs', split.inputs);
      program.write('targets', split.targets);
      program.run();
      return program.read('losses');
    },
    dispose: () => device.dispose(),
  };
}
