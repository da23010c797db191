// The engine's entry for browsers: train and run a model on the visitor's own GPU. Nothing that this file reaches
// needs Node; infra/boundaries.cjs makes a breach an error.

export type { ModelConfig } from './models/families.ts';
export { philox } from './nn/rng.ts';
export { DeviceUnavailable } from './runtime/device.ts';
export { openWebGpu, type WebGpuDevice } from './runtime/webgpu/device.ts';
export { generatorOf, traceDecodingStep, writeParameters } from './serve/generation.ts';
export { type AsyncTrainer, createAsyncTrainer } from './train/async-trainer.ts';
