// Launches of the multi-tensor kernels of the optimiser: one list of chunks over all tensors.

import { BYTES_PER_ELEMENT, numel } from '../../../core/shape.ts';
import { type Arg, bufferArg, floatArg, intArg, type Template } from '../../../schedule/launch.ts';
import { CHUNK, costOf, launch } from './common.ts';

/** Fixed chunks of a tensor: (first element, count). */
function chunksOf(elements: number): { first: number; count: number }[] {
  const out: { first: number; count: number }[] = [];
  for (let first = 0; first < elements; first += CHUNK) {
    out.push({ first, count: Math.min(CHUNK, elements - first) });
  }
  return out;
}

const at = (buffer: string, element: number): Arg => ({
  kind: 'buffer',
  buffer,
  byteOffset: element * BYTES_PER_ELEMENT,
});

export const globalNorm: Template = (context) => {
  const { node, inputs, outputs } = context;
  const chunks = node.inputs.flatMap((n, i) =>
    chunksOf(numel(n.shape)).map((c) => ({ buffer: inputs[i], ...c })),
  );
  const partial = context.temporary(chunks.length);
  const list = chunks.flatMap((c) => [at(c.buffer, c.first), intArg(c.count)]);
  return [
    launch({
      symbol: 'ts_norm_partial',
      args: [bufferArg(partial), intArg(chunks.length), ...list],
      tasks: chunks.length,
      reads: inputs,
      writes: [partial],
      flops: costOf(context),
    }),
    launch({
      symbol: 'ts_norm_total',
      args: [bufferArg(partial), intArg(chunks.length), bufferArg(outputs[0])],
      tasks: 1,
      reads: [partial],
      writes: outputs,
    }),
  ];
};

export const adamw: Template = (context) => {
  const { node, inputs, outputs } = context;
  const decay = node.attrs.decay as readonly number[];
  const n = decay.length;
  const { beta1, beta2, eps } = node.attrs as Record<string, number>;
  const part = (k: number, i: number) => inputs[2 + k * n + i];
  const inPlace: [string, string][] = [];
  const list = decay.flatMap((coefficient, i) => {
    const from = [0, 1, 2, 3].map((k) => part(k, i));
    const to = [0, 1, 2].map((k) => outputs[k * n + i]);
    inPlace.push([to[0], from[0]], [to[1], from[2]], [to[2], from[3]]);
    return chunksOf(numel(node.inputs[2 + i].shape)).map((c) => [
      ...[...from, ...to].map((buffer) => at(buffer, c.first)),
      intArg(c.count),
      floatArg(coefficient),
    ]);
  });
  const constants = [beta1, beta2, eps, 1 - beta1, 1 - beta2].map(floatArg);
  return [
    launch({
      symbol: 'ts_adamw',
      args: [bufferArg(inputs[0]), bufferArg(inputs[1]), ...constants, ...list.flat()],
      tasks: list.length,
      reads: inputs,
      writes: outputs,
      inPlace,
      flops: costOf(context),
    }),
  ];
};
