// Numbers of the WebGPU specification: Node has no globals GPUBufferUsage, GPUMapMode and GPUShaderStage.

export const MAP_READ = 1;
export const COMPUTE_STAGE = 4;
export const usage = {
  /** COPY_SRC | COPY_DST | STORAGE */
  storage: 0x4 | 0x8 | 0x80,
  storageSource: 0x4 | 0x80,
  /** MAP_READ | COPY_DST */
  readback: 0x1 | 0x8,
  /** UNIFORM | COPY_DST */
  uniform: 0x40 | 0x8,
  /** QUERY_RESOLVE | COPY_SRC */
  queries: 0x200 | 0x4,
} as const;
