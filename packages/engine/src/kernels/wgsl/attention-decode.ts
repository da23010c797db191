// One query row against a cache, and the cache's update: decoding.

import { numel } from '../../core/shape.ts';
import { wgslDialect } from '../../print/dialects/wgsl.ts';
import { reduceLanes } from '../../print/gpu-reduce.ts';
import { bufferArg, floatArg, intArg, type Template } from '../../schedule/launch.ts';
import { MASKED } from './attention-tiles.ts';
import {
  loadF,
  loadI,
  storeF,
  templateKernel,
  type WgslEnding,
  type WgslTarget,
  wgslEnding,
  wgslLaunch,
} from './template.ts';

const THREADS = 256;

/** Buffers q, k, v, position, o, scores, then those of the epilogue. One workgroup per query head; scores wait in memory. */
function decodeKernel(size: number, target: WgslTarget, ending: WgslEnding): string {
  const d = wgslDialect(target);
  const reduce = (op: string, name: string) =>
    reduceLanes(d, { op, dtype: 'f32', name, lanes: THREADS, scratch: () => 'scratch' });
  // Threads that share a column of o walk the positions in steps; their sums are added as a fixed tree.
  const columns = Math.min(THREADS, 2 ** Math.ceil(Math.log2(size)));
  const depth = THREADS / columns;
  const reductions = [...reduce('max', 'top'), ...reduce('sum', 'total')];
  const store = (value: string) =>
    ending.isEpilogue ? `epilogue(head, c, ${value});` : storeF(4, `head * ${size} + c`, value);
  return templateKernel({
    buffers: 6 + ending.others.length,
    functions: ending.functions('u32'),
    ints: ['hq', 'hk', 's'],
    floats: ['scale'],
    threads: THREADS,
    enable: reductions.some((line) => line.includes('subgroup')) ? ['subgroups'] : [],
    shared: [`var<workgroup> scratch: array<f32, ${THREADS}>;`],
    body: [
      'let lane = t;',
      'let head = g;',
      'let shared_head = head / (hq / hk);',
      `let last = clamp(${loadI(3, '0')}, 0, s - 1);`,
      `var top = ${MASKED};`,
      `for (var j = t; j <= last; j += ${THREADS}) {`,
      '  var x = 0.0f;',
      `  let at = (j * hk + shared_head) * ${size};`,
      `  for (var c = 0; c < ${size}; c++) { x += ${loadF(0, `head * ${size} + c`)} * ${loadF(1, 'at + c')}; }`,
      '  x *= scale;',
      `  ${storeF(5, 'head * s + j', 'x')}`,
      '  top = max(top, x);',
      '}',
      ...reduce('max', 'top'),
      'var total = 0.0f;',
      `for (var j = t; j <= last; j += ${THREADS}) {`,
      `  let e = exp(${loadF(5, 'head * s + j')} - top);`,
      `  ${storeF(5, 'head * s + j', 'e')}`,
      '  total += e;',
      '}',
      ...reduce('sum', 'total'),
      'storageBarrier();',
      'workgroupBarrier();',
      `for (var c0 = 0; c0 < ${size}; c0 += ${columns}) {`,
      `  let c = c0 + t % ${columns};`,
      '  var sum = 0.0f;',
      `  if (c < ${size}) {`,
      `    for (var j = t / ${columns}; j <= last; j += ${depth}) {`,
      `      sum += ${loadF(5, 'head * s + j')} * ${loadF(2, `(j * hk + shared_head) * ${size} + c`)};`,
      '    }',
      '  }',
      '  scratch[t] = sum;',
      '  workgroupBarrier();',
      `  for (var m = ${depth / 2}; m >= 1; m /= 2) {`,
      `    if (t < m * ${columns}) { scratch[t] += scratch[t + m * ${columns}]; }`,
      '    workgroupBarrier();',
      '  }',
      `  if (t < ${columns} && c < ${size}) { ${store('scratch[t] / total')} }`,
      '  workgroupBarrier();',
      '}',
    ],
  });
}

export const attentionDecodeTemplate =
  (target: WgslTarget): Template =>
  (context) => {
    const { node, inputs } = context;
    const [hq, size] = node.inputs[0].shape;
    const [s, hk] = node.inputs[1].shape;
    const scores = context.temporary(hq * s);
    const ending = wgslEnding(context, 4, 6);
    return [
      wgslLaunch({
        text: decodeKernel(size, target, ending),
        args: [
          ...[...inputs, ending.sums, scores, ...ending.others].map(bufferArg),
          ...[hq, hk, s].map(intArg),
          floatArg(node.attrs.scale as number),
        ],
        groups: hq,
        reads: [...inputs, ...ending.reads],
        writes: [...ending.writes, scores],
      }),
    ];
  };

/** Buffers cache, row, position, result. In place, only the row is written. */
const updateKernel = templateKernel({
  buffers: 4,
  ints: ['s', 'width'],
  threads: THREADS,
  body: [
    `let position = ${loadI(2, '0')};`,
    'let here = same_slab(0, 3) && o0 == o3;',
    `let e = g * ${THREADS} + t;`,
    'if (e < s * width) {',
    '  if (e / width == position) {',
    '    M3[o3 + e] = M1[o1 + e % width];',
    '  } else if (!here) {',
    '    M3[o3 + e] = M0[o0 + e];',
    '  }',
    '}',
  ],
});

export const cacheUpdateTemplate: Template = ({ node, inputs, outputs }) => {
  const [s, ...row] = node.shape;
  const width = numel(row);
  return [
    wgslLaunch({
      text: updateKernel,
      args: [...[...inputs, ...outputs].map(bufferArg), intArg(s), intArg(width)],
      groups: Math.ceil((s * width) / THREADS),
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};
