// Launches of attention, over whole sequences and over caches.

import { BYTES_PER_ELEMENT, numel } from '../../../core/shape.ts';
import { type Arg, bufferArg, floatArg, intArg, type Template } from '../../../schedule/launch.ts';
import { endingOf } from '../../ending.ts';
import { costOf, epilogueArgs, gemmScratch, launch } from './common.ts';

/** Rows of queries per block of the attention kernels. */
const QUERY_BLOCK = 64;

/** Sizes (B, T, S, Hq, Hkv, D), causal, scale: the tail of the attention kernels' arguments. */
function attentionArgs(node: Parameters<Template>[0]['node']): Arg[] {
  const [b, t, hq, d] = node.inputs[0].shape;
  const [, s, hk] = node.inputs[1].shape;
  return [
    ...[b, t, s, hq, hk, d, node.attrs.causal ? 1 : 0].map(intArg),
    floatArg(node.attrs.scale as number),
  ];
}

function attentionScratch(node: Parameters<Template>[0]['node'], squares: number): number {
  const s = node.inputs[1].shape[1];
  const d = node.inputs[0].shape[3];
  const widest = Math.max(s, d);
  return BYTES_PER_ELEMENT * squares * QUERY_BLOCK * s + gemmScratch(Math.max(QUERY_BLOCK, s), widest);
}

export const attention: Template = (context) => {
  const { node, inputs, outputs } = context;
  const [b, t, hq] = node.inputs[0].shape;
  const ending = endingOf(context);
  return [
    launch({
      symbol: 'ts_attention',
      args: [
        ...[...inputs, ending.sums, outputs[1]].map(bufferArg),
        ...attentionArgs(node),
        ...epilogueArgs(context, ending),
      ],
      tasks: b * hq * Math.ceil(t / QUERY_BLOCK),
      scratch: attentionScratch(node, 1),
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      flops: costOf(context),
    }),
  ];
};

export const attentionBackward: Template = (context) => {
  const { node, inputs, outputs } = context;
  const b = node.inputs[0].shape[0];
  const hk = node.inputs[1].shape[2];
  return [
    launch({
      symbol: 'ts_attention_bwd',
      args: [...[...inputs, ...outputs].map(bufferArg), ...attentionArgs(node)],
      tasks: b * hk,
      scratch: attentionScratch(node, 2),
      reads: inputs,
      writes: outputs,
      flops: costOf(context),
    }),
  ];
};

export const attentionDecode: Template = (context) => {
  const { node, inputs } = context;
  const [hq, d] = node.inputs[0].shape;
  const [s, hk] = node.inputs[1].shape;
  const ending = endingOf(context);
  return [
    launch({
      symbol: 'ts_attention_decode',
      args: [
        ...[...inputs, ending.sums].map(bufferArg),
        ...[hq, hk, d].map(intArg),
        floatArg(node.attrs.scale as number),
        ...epilogueArgs(context, ending),
      ],
      tasks: hq,
      scratch: BYTES_PER_ELEMENT * s,
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
    }),
  ];
};

export const cacheUpdate: Template = ({ node, inputs, outputs }) => {
  const [s, ...row] = node.shape;
  return [
    launch({
      symbol: 'ts_cache_update',
      args: [...[...inputs, ...outputs].map(bufferArg), intArg(s), intArg(numel(row))],
      tasks: 1,
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};

/** Rows of a block of the attention kernel over caches. */
const CACHED_ROWS = 32;

export const attentionRows: Template = (context) => {
  const { node, inputs } = context;
  const [rows, heads, d] = node.inputs[0].shape;
  const [z, kv, s] = node.inputs[1].shape;
  const ending = endingOf(context);
  const work = gemmScratch(CACHED_ROWS, Math.max(s, d));
  return [
    launch({
      symbol: 'ts_attention_rows',
      args: [
        ...[...inputs, ending.sums].map(bufferArg),
        ...[rows, heads, kv, d, z, s].map(intArg),
        floatArg(node.attrs.scale as number),
        ...epilogueArgs(context, ending),
      ],
      tasks: heads * Math.ceil(rows / CACHED_ROWS),
      scratch: BYTES_PER_ELEMENT * CACHED_ROWS * s + work,
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      flops: costOf(context),
    }),
  ];
};

export const cacheWrite: Template = ({ node, inputs, outputs }) => [
  launch({
    symbol: 'ts_cache_write',
    args: [
      ...[...inputs, ...outputs].map(bufferArg),
      ...[...node.shape, node.inputs[1].shape[0]].map(intArg),
    ],
    tasks: 1,
    reads: inputs,
    writes: outputs,
    inPlace: [[outputs[0], inputs[0]]],
  }),
];
