// The ways in which one graph is compiled by the random-graph tests: all must compute the same.

import type { CompileOptions } from '../schedule/program.ts';

const composites = ['matmul', 'conv', 'attention', 'attention_bwd', 'cross_entropy', 'cross_entropy_bwd'];

export const compileVariants: readonly (readonly [string, CompileOptions])[] = [
  ['fused and planned', {}],
  ['without memory reuse', { reuseMemory: false }],
  ['without fusion', { fuse: false }],
  ['with decomposed composites', { withoutTemplates: composites }],
];
