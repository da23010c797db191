// Softmax cross-entropy: a row of logits is read once for loss and log-sum-exp (online maximum and sum), and once
// more in the backward, which writes the gradient over the logits.

import { wgslDialect } from '../../print/dialects/wgsl.ts';
import { reduceLanes } from '../../print/gpu-reduce.ts';
import { bufferArg, intArg, type Template } from '../../schedule/launch.ts';
import { MASKED } from './attention-tiles.ts';
import {
  flopsOf,
  loadF,
  loadI,
  NAN_WORD,
  storeF,
  templateKernel,
  type WgslTarget,
  wgslLaunch,
} from './template.ts';

const THREADS = 256;

/** Threads of one row: fewer for small vocabularies, so that several rows share a workgroup. */
const lanesOf = (v: number) => Math.min(THREADS, 2 ** Math.ceil(Math.log2(Math.max(1, v / 4))));

/** Buffers logits, targets, losses, lse. */
function forwardKernel(lanes: number, target: WgslTarget): string {
  const d = wgslDialect(target);
  const reduce = (op: string, name: string) =>
    reduceLanes(d, { op, dtype: 'f32', name, lanes, scratch: () => 'scratch' });
  const reductions = [...reduce('max', 'most'), ...reduce('sum', 'total')];
  const text = reductions.join('\n');
  return templateKernel({
    buffers: 4,
    ints: ['n', 'v'],
    threads: THREADS,
    enable: text.includes('subgroup') ? ['subgroups'] : [],
    shared: text.includes('scratch') ? [`var<workgroup> scratch: array<f32, ${THREADS}>;`] : [],
    body: [
      `let lane = t % ${lanes};`,
      `let mine = g * ${THREADS / lanes} + t / ${lanes};`,
      'let row = min(mine, n - 1);',
      `var top = ${MASKED};`,
      'var total = 0.0f;',
      `for (var i = lane; i < v; i += ${lanes}) {`,
      `  let x = ${loadF(0, 'row * v + i')};`,
      '  let higher = max(top, x);',
      '  total = total * exp(top - higher) + exp(x - higher);',
      '  top = higher;',
      '}',
      'var most = top;',
      ...reduce('max', 'most'),
      'total *= exp(top - most);',
      ...reduce('sum', 'total'),
      'if (lane == 0 && mine < n) {',
      '  let lse = most + log(total);',
      `  let hit = ${loadI(1, 'row')};`,
      `  ${storeF(3, 'row', 'lse')}`,
      '  if (hit >= 0 && hit < v) {',
      `    ${storeF(2, 'row', `lse - ${loadF(0, 'row * v + hit')}`)}`,
      '  } else {',
      `    M2[o2 + row] = ${NAN_WORD};`,
      '  }',
      '}',
    ],
  });
}

export const crossEntropyTemplate =
  (target: WgslTarget): Template =>
  (context) => {
    const { node, inputs, outputs } = context;
    const [n, v] = node.inputs[0].shape;
    const lanes = lanesOf(v);
    return [
      wgslLaunch({
        text: forwardKernel(lanes, target),
        args: [...[...inputs, ...outputs].map(bufferArg), intArg(n), intArg(v)],
        groups: Math.ceil(n / (THREADS / lanes)),
        reads: inputs,
        writes: outputs,
        flops: flopsOf(context),
      }),
    ];
  };

/** Elements of one workgroup. */
const TILE = 1024;

/** Buffers logits, targets, lse, g, result. */
const backwardKernel = templateKernel({
  buffers: 5,
  ints: ['total', 'v'],
  threads: THREADS,
  body: [
    `for (var e = g * ${TILE} + t; e < min(total, (g + 1) * ${TILE}); e += ${THREADS}) {`,
    '  let row = e / v;',
    `  let p = exp(${loadF(0, 'e')} - ${loadF(2, 'row')});`,
    `  let hit = select(0.0f, 1.0f, e % v == ${loadI(1, 'row')});`,
    `  ${storeF(4, 'e', `(p - hit) * ${loadF(3, 'row')}`)}`,
    '}',
  ],
});

export const crossEntropyBackwardTemplate: Template = (context) => {
  const { node, inputs, outputs } = context;
  const [n, v] = node.inputs[0].shape;
  return [
    wgslLaunch({
      text: backwardKernel,
      args: [...[...inputs, ...outputs].map(bufferArg), intArg(n * v), intArg(v)],
      groups: Math.ceil((n * v) / TILE),
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
      flops: flopsOf(context),
    }),
  ];
};
