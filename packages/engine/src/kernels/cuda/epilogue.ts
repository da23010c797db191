// Epilogues of the CUDA products: a device function that is compiled together with the kernel it ends.

import type { Node } from '../../core/graph.ts';
import { matmulSizes } from '../../core/ops/matmul.ts';
import { cudaDialect, cudaRun, elementType } from '../../print/dialects/cuda.ts';
import { printGpuEpilogue } from '../../print/gpu-epilogue.ts';
import type { TakesEpilogue } from '../../schedule/epilogue.ts';
import type { TemplateContext } from '../../schedule/launch.ts';
import { type Ending, endingOf, hasEnding } from '../ending.ts';

/** cuBLASLt wants leading dimensions of whole 16-byte words for its tensor-core kernels; others go to our own. */
export function isAligned(node: Node): boolean {
  const { m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  return m % 8 === 0 && n % 8 === 0 && k % 8 === 0;
}

/** Our own kernels take every epilogue; those of cuBLASLt none. */
export const takesEpilogue =
  (cublasLt: boolean): TakesEpilogue =>
  (node) =>
    hasEnding(node) && !(cublasLt && node.op === 'matmul' && isAligned(node));

export interface CudaEnding extends Ending {
  /** The macro that names the epilogue's function; none without an epilogue. */
  readonly macros: Readonly<Record<string, string>>;
}

/** The end of a product's kernel. `pairs`: two neighbouring sums at once. Pointer 0 is the sums', others follow. */
export function cudaEnding(context: TemplateContext, pairs: boolean): CudaEnding {
  const ending = endingOf(context);
  const { epilogue, define } = context;
  if (!epilogue) return { ...ending, macros: {} };
  const numberOf = (slot: number) => ending.placeOf(slot) + 1;
  const types = ['OUT *p0'];
  epilogue.kernel.slots.forEach((slot, i) => {
    const number = numberOf(i);
    if (number > 0)
      types[number] = `${slot.written ? '' : 'const '}${elementType(slot)} *__restrict__ p${number}`;
  });
  const body = printGpuEpilogue(epilogue, cudaDialect, numberOf, pairs ? cudaRun : undefined);
  const others = types.slice(1);
  const text = [
    `#define EPILOGUE_PARAMS ${others.map((param) => `, ${param}`).join('')}`,
    `#define EPILOGUE_ARGS ${others.map((_, i) => `, p${i + 1}`).join('')}`,
    `DEVICE void @(int row, int i, const float ${pairs ? '(&value)[2]' : 'value'}, ${types.join(', ')}) {`,
    ...body.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');
  return { ...ending, macros: { EPILOGUE: define(text) } };
}
