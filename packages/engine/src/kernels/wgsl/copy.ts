// Copies elements between places of the arena (copyBufferToBuffer refuses one buffer on both sides).

import { argument, wgslKernel } from '../../print/dialects/wgsl.ts';

/** Elements of one workgroup. */
export const COPY_TILE = 1024;
const THREADS = 256;

/** Arguments: source, destination, elements. */
export const COPY_KERNEL: string = wgslKernel({
  view: 'u32',
  words: 3,
  threads: THREADS,
  body: [
    `let n = i32(${argument(2)});`,
    `for (var i = g * ${COPY_TILE} + t; i < min(n, (g + 1) * ${COPY_TILE}); i += ${THREADS}) {`,
    `  M1[i32(${argument(1)}) + i] = M0[i32(${argument(0)}) + i];`,
    '}',
  ],
}).replace('@', 'ts_copy');
