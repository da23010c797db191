// The engine's entry: what workers and servers use to train, evaluate and run models.

export { type CommonConfig, type ParameterInfo, UnsupportedConfig } from './models/config.ts';
export {
  configFromHf,
  configToHf,
  type ModelConfig,
  modelOf,
  trainingFlopsPerToken,
} from './models/families.ts';
export type { Gpt2Config } from './models/gpt2-config.ts';
export {
  type LlamaConfig,
  llamaFromHf,
  llamaParameters,
  llamaToHf,
  parameterCount,
  validateLlama,
} from './models/llama-config.ts';
export { countParameters, type Family, type Model } from './models/model.ts';
export type { NeoxConfig } from './models/neox-config.ts';
export type { AdamWOptions } from './nn/optim.ts';
export { type LearningRateSchedule, learningRate } from './nn/schedule.ts';
export { DeviceUnavailable } from './runtime/device.ts';
export {
  createGenerator,
  type GenerateOptions,
  type Generation,
  type Generator,
  type GeneratorOptions,
} from './serve/generator.ts';
export type { SamplingOptions } from './serve/sampler.ts';
export { createEvaluator, type Evaluator, type EvaluatorOptions } from './train/evaluator.ts';
export {
  type AsyncTrainer,
  createTrainer,
  type StepResult,
  type Tensor,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './train/trainer.ts';
