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

/** Products take every epilogue that stays vector code, or would not be any elsewhere. */
export const takesEpilogue: TakesEpilogue = ({ op }, { kernel }) =>
  op === 'matmul' && (kernel.inner.extent < cDialect.width || isVectorizable(kernel));

/** Where a kernel's result goes, and what it has to run when sums are final. */
export interface Ending {
  /** The buffer of the sums: of the result, or of what the epilogue makes of it in their place. */
  readonly sums: string;
  /** The epilogue's function, or 0, and the addresses of its operands. */
  readonly args: readonly Arg[];
  /** What is read and written besides the template's own operands. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export function endingOf({ outputs, epilogue, define }: TemplateContext): Ending {
  if (!epilogue) return { sums: outputs[0], args: [intArg(0)], reads: [], writes: outputs };
  const { kernel, buffers, product, kept } = epilogue;
  const written = buffers.filter((_, slot) => kernel.slots[slot].written);
  const sums = kept ? outputs[0] : written[0];
  return {
    sums,
    args: [
      kernelArg(define(printEpilogue(epilogue, cDialect))),
      ...buffers.map((buffer, slot) => bufferArg(slot === product ? sums : buffer)),
    ],
    reads: buffers.filter((_, slot) => slot !== product && !kernel.slots[slot].written),
    writes: kept ? [sums, ...written] : written,
  };
}

/** The sums may take a residual's place, unless the epilogue reads it once more. */
export const inPlaceOf = ({ sums, reads }: Ending, residual: string | undefined): Launch['inPlace'] =>
  residual === undefined || reads.includes(residual) ? [] : [[sums, residual]];
