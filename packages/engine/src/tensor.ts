// The compiler's own vocabulary, for benches and for people who write models outside this package.

export { GraphBuilder } from './core/builder.ts';
export { gradients } from './core/grad.ts';
export type { Node } from './core/graph.ts';
export { type CpuOptions, openCpu } from './runtime/cpu.ts';
export type { Device, Executable, LaunchProfile } from './runtime/device.ts';
export type { CompileOptions, Trace } from './schedule/program.ts';
