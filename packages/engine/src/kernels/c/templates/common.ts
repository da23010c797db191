// What all templates of the C kernels share. Block sizes depend on shapes only.

import { opRow } from '../../../core/ops.ts';
import { BYTES_PER_ELEMENT } from '../../../core/shape.ts';
import { cDialect } from '../../../print/dialects/c.ts';
import { isVectorizable, printEpilogue } from '../../../print/kernel.ts';
import type { TakesEpilogue } from '../../../schedule/epilogue.ts';
import {
  type Arg,
  bufferArg,
  intArg,
  kernelArg,
  type Launch,
  type Template,
  type TemplateContext,
} from '../../../schedule/launch.ts';
import { type Ending, hasEnding } from '../../ending.ts';

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

/** Every epilogue that stays vector code, or would not be any elsewhere. */
export const takesEpilogue: TakesEpilogue = (node, { kernel }) =>
  hasEnding(node) && (kernel.inner.extent < cDialect.width || isVectorizable(kernel));

/** The epilogue's function, or 0, and the addresses of its operands. */
export function epilogueArgs({ epilogue, define }: TemplateContext, { sums }: Ending): Arg[] {
  if (!epilogue) return [intArg(0)];
  const addresses = epilogue.buffers.map((buffer, slot) => (slot === epilogue.product ? sums : buffer));
  return [kernelArg(define(printEpilogue(epilogue, cDialect))), ...addresses.map(bufferArg)];
}
