// Operands of the CUDA templates: their element types, and copies where a kernel wants another one.

import { numel } from '../../core/shape.ts';
import { type Arg, bufferArg, intArg, type Launch, type TemplateContext } from '../../schedule/launch.ts';
import { instance } from './instances.ts';

export type Element = 'bf16' | 'float';

export const elementOf = (context: TemplateContext, buffer: string): Element =>
  context.storage(buffer) === 'bf16' ? 'bf16' : 'float';

export const ints = (...values: number[]): Arg[] => values.map(intArg);

type Parts = Pick<Launch, 'symbol' | 'args' | 'reads' | 'writes' | 'grid' | 'block'> & Partial<Launch>;

/** A launch of thread blocks; `scratch` is its dynamic shared memory. */
export const kernel = (parts: Parts): Launch => ({
  ...{ tasks: 1, scratch: 0, inPlace: [], flops: 0 },
  ...parts,
});

export function copyLaunch(
  from: string,
  to: string,
  elements: number,
  types: readonly [Element, Element],
): Launch {
  return kernel({
    symbol: instance('copy', { IN: types[0], OUT: types[1] }),
    args: [bufferArg(from), bufferArg(to), intArg(elements)],
    grid: [Math.max(1, Math.ceil(elements / 2048)), 1, 1],
    block: 256,
    reads: [from],
    writes: [to],
  });
}

/** The buffer of operand `index` in the wanted type; a copy is appended to `before` when it is kept in the other. */
export function asElements(context: TemplateContext, index: number, want: Element, before: Launch[]): string {
  const buffer = context.inputs[index];
  const have = elementOf(context, buffer);
  if (have === want) return buffer;
  const elements = numel(context.node.inputs[index].shape);
  const copy = context.temporary(want === 'bf16' ? Math.ceil(elements / 2) : elements);
  before.push(copyLaunch(buffer, copy, elements, [have, want]));
  return copy;
}

/** A buffer to write result `index` into in the given type; a copy to its place is appended to `after` if needed. */
export function outputAs(context: TemplateContext, index: number, as: Element, after: Launch[]): string {
  const buffer = context.outputs[index];
  const have = elementOf(context, buffer);
  if (have === as) return buffer;
  const elements = numel(context.node.types[index].shape);
  const place = context.temporary(as === 'bf16' ? Math.ceil(elements / 2) : elements);
  after.push(copyLaunch(place, buffer, elements, [as, have]));
  return place;
}
