// WebGPU in Node, for tools and benches. Browsers load browser.ts.

export { GraphBuilder } from './core/builder.ts';
export { gradients } from './core/grad.ts';
export type { AsyncExecutable } from './runtime/async-device.ts';
export { DeviceUnavailable } from './runtime/device.ts';
export type { WebGpuDevice, WebGpuOptions } from './runtime/webgpu/device.ts';
export { dawn, dawnGlobals, openWebGpuInNode } from './runtime/webgpu/node.ts';
export type { Trace } from './schedule/program.ts';
export { useSwiftShader } from './testing/swiftshader.ts';
