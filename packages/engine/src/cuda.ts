// What checks and benchmarks outside this package need of the CUDA backend.

export {
  gpt2,
  llama1b,
  type ReferenceModel,
  referenceModules,
  shallow,
  traceOf,
} from './cli/gpu/reference.ts';
export {
  attentionCase,
  copyBandwidth,
  gemmSpeed,
  rowCaseNames,
  rowSpeed,
  type Speed,
  trainSpeed,
} from './cli/gpu/speed.ts';
export { type CudaDevice, type CudaOptions, openCuda } from './runtime/cuda/cuda.ts';
export { imageKey } from './runtime/cuda/images.ts';
export { type Compiled, type CudaCompiler, type KernelUse, openNvrtc } from './runtime/cuda/nvrtc.ts';
