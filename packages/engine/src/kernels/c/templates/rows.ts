// Launches of kernels over rows: cross-entropy, tables read and added to by index.

import { numel } from '../../../core/shape.ts';
import { bufferArg, intArg, isBlocks, type Template } from '../../../schedule/launch.ts';
import { CHUNK, costOf, launch } from './common.ts';
import { BLOCK_SYMBOLS } from './matmul.ts';

export function crossEntropyTemplate(symbol: string, inPlace: boolean): Template {
  return (context) => {
    const { inputs, outputs } = context;
    const [n, v] = context.node.inputs[0].shape;
    const perTask = Math.max(1, Math.floor(CHUNK / v));
    return [
      launch({
        symbol,
        args: [...[...inputs, ...outputs].map(bufferArg), ...[n, v, perTask].map(intArg)],
        tasks: Math.ceil(n / perTask),
        reads: inputs,
        writes: outputs,
        inPlace: inPlace ? [[outputs[0], inputs[0]]] : [],
        flops: costOf(context),
      }),
    ];
  };
}

export const gather: Template = ({ node, inputs, outputs, storage }) => {
  const [v, ...row] = node.inputs[0].shape;
  const n = numel(node.inputs[1].shape);
  const width = numel(row);
  const perTask = Math.max(1, Math.floor(CHUNK / width));
  const kept = storage(inputs[0]);
  return [
    launch({
      symbol: isBlocks(kept) ? `${BLOCK_SYMBOLS[kept]}_gather` : 'ts_gather',
      args: [...[...inputs, ...outputs].map(bufferArg), ...[n, width, v, perTask].map(intArg)],
      tasks: Math.ceil(n / perTask),
      reads: inputs,
      writes: outputs,
    }),
  ];
};

export const scatterAdd: Template = ({ node, inputs, outputs }) => {
  const [v, ...row] = node.shape;
  const perTask = Math.ceil(v / 32);
  return [
    launch({
      symbol: 'ts_scatter_add',
      args: [
        ...[...inputs, ...outputs].map(bufferArg),
        ...[numel(node.inputs[1].shape), numel(row), v, perTask].map(intArg),
      ],
      tasks: Math.ceil(v / perTask),
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};
