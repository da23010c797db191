// How a kernel with an epilogue ends: where its sums go, and what is read and written besides its own operands.

import type { Node } from '../core/graph.ts';
import type { Launch, TemplateContext } from '../schedule/launch.ts';

const WITH_ENDING = new Set(['matmul', 'conv', 'attention', 'attention_decode', 'attention_rows']);

/** Templates that take epilogues: of convolutions those whose columns are the result's last axis. */
export const hasEnding = ({ op, attrs }: Node): boolean =>
  WITH_ENDING.has(op) && !(op === 'conv' && attrs.gives === 'kernel');

export interface Ending {
  /** The buffer of the sums: of the result, or where nobody else reads that, of what the epilogue makes of it first. */
  readonly sums: string;
  /** The epilogue's other buffers. */
  readonly others: readonly string[];
  /** Where the buffer of a slot of the epilogue is among `others`; -1 for the sums. */
  readonly placeOf: (slot: number) => number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export function endingOf({ outputs, epilogue }: Pick<TemplateContext, 'outputs' | 'epilogue'>): Ending {
  if (!epilogue) return { sums: outputs[0], others: [], placeOf: () => -1, reads: [], writes: outputs };
  const { kernel, buffers, product, kept } = epilogue;
  const [result, ...further] = outputs;
  const written = buffers.filter((_, slot) => kernel.slots[slot].written);
  const sums = kept ? result : written[0];
  const others = buffers.filter((buffer, slot) => slot !== product && buffer !== sums);
  return {
    sums,
    others,
    placeOf: (slot) => (slot === product ? -1 : others.indexOf(buffers[slot])),
    reads: others.filter((buffer) => !written.includes(buffer)),
    writes: [...(kept ? [sums] : []), ...written, ...further],
  };
}

/** The sums may take a residual's place, unless the epilogue reads it once more. */
export const inPlaceOf = ({ sums, reads }: Ending, residual: string | undefined): Launch['inPlace'] =>
  residual === undefined || reads.includes(residual) ? [] : [[sums, residual]];
