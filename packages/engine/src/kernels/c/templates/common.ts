// What all templates of the C kernels share. Block sizes depend on shapes only.

import { opRow } from '../../../core/ops.ts';
import { BYTES_PER_ELEMENT } from '../../../core/shape.ts';
import type { Launch, Template } from '../../../schedule/launch.ts';

/** Elements of a task of a kernel that streams. */
export const CHUNK = 16384;

/** Upper bounds over all instruction sets of the packing space in gemm.h, in bytes. */
const DEPTH = 384;
export const gemmScratch = (m: number, n: number) =>
  BYTES_PER_ELEMENT * ((m + 14 + n + 32) * DEPTH + 14 * 32);

export const launch = (
  parts: Pick<Launch, 'symbol' | 'args' | 'tasks' | 'reads' | 'writes'> & Partial<Launch>,
): Launch => ({ scratch: 0, inPlace: [], flops: 0, ...parts });

export const costOf: (c: Parameters<Template>[0]) => number = ({ node }) =>
  opRow(node.op).cost?.(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops ?? 0;
