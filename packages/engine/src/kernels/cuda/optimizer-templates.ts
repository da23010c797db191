// The multi-tensor kernels: one launch over all parameters, a block for each chunk of a table.

import { BYTES_PER_ELEMENT, numel } from '../../core/shape.ts';
import {
  type Arg,
  bufferArg,
  floatArg,
  intArg,
  type Launch,
  type TemplateContext,
} from '../../schedule/launch.ts';
import { kernel } from './operands.ts';

/** Elements of a chunk: 64 KiB of each tensor. */
const CHUNK = 16384;

function chunksOf(elements: number): { first: number; count: number }[] {
  const out: { first: number; count: number }[] = [];
  for (let first = 0; first < elements; first += CHUNK)
    out.push({ first, count: Math.min(CHUNK, elements - first) });
  return out;
}

const at = (buffer: string, byteOffset: number): Arg => ({ kind: 'buffer', buffer, byteOffset });

export function globalNorm(context: TemplateContext): readonly Launch[] {
  const { node, inputs, outputs } = context;
  const table = node.inputs.flatMap((n, i) =>
    chunksOf(numel(n.shape)).map((c) => [at(inputs[i], c.first * BYTES_PER_ELEMENT), intArg(c.count)]),
  );
  const partial = context.temporary(table.length);
  return [
    kernel({
      ...{ symbol: 'norm_partial', table: table.flat(), args: [bufferArg(partial)] },
      ...{ grid: [table.length, 1, 1], block: 256, reads: inputs, writes: [partial] },
    }),
    kernel({
      ...{ symbol: 'norm_total', args: [bufferArg(partial), bufferArg(outputs[0]), intArg(table.length)] },
      ...{ grid: [1, 1, 1], block: 1024, reads: [partial], writes: outputs },
    }),
  ];
}

export function adamw(context: TemplateContext): readonly Launch[] {
  const { node, inputs, outputs } = context;
  const decay = node.attrs.decay as readonly number[];
  const n = decay.length;
  const { beta1, beta2, eps } = node.attrs as Record<string, number>;
  const inPlace: [string, string][] = [];
  const shadows: string[] = [];
  const table = decay.flatMap((coefficient, i) => {
    const from = [0, 1, 2, 3].map((k) => inputs[2 + k * n + i]);
    const to = [0, 1, 2].map((k) => outputs[k * n + i]);
    const shadow = context.shadow(from[0]);
    if (shadow) shadows.push(shadow);
    inPlace.push([to[0], from[0]], [to[1], from[2]], [to[2], from[3]]);
    return chunksOf(numel(node.inputs[2 + i].shape)).map(({ first, count }) => [
      ...[...from, ...to].map((buffer) => at(buffer, first * BYTES_PER_ELEMENT)),
      shadow ? at(shadow, (first * BYTES_PER_ELEMENT) / 2) : intArg(0),
      intArg(count),
      floatArg(coefficient),
    ]);
  });
  return [
    kernel({
      symbol: 'adamw',
      table: table.flat(),
      args: [
        bufferArg(inputs[0]),
        bufferArg(inputs[1]),
        ...[beta1, beta2, eps, 1 - beta1, 1 - beta2].map(floatArg),
      ],
      ...{ grid: [table.length, 1, 1], block: 256, reads: inputs, writes: [...outputs, ...shadows], inPlace },
    }),
  ];
}
