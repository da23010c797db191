// Rows of a table by index: gather, and its transpose scatter_add. Every result row is owned by one workgroup that
// adds its updates in the order of the index, so there are no atomics on floats and always the same bits.

import { numel } from '../../core/shape.ts';
import { bufferArg, intArg, type Template } from '../../schedule/launch.ts';
import { loadF, loadI, NAN_WORD, storeF, templateKernel, wgslLaunch } from './template.ts';

const THREADS = 256;
const TILE = 1024;

/** Buffers table, index, result. An index outside the table gives NaN. */
const gatherKernel = (found: readonly string[]) =>
  templateKernel({
    buffers: 3,
    ints: ['total', 'width', 'v'],
    threads: THREADS,
    body: [
      `for (var e = g * ${TILE} + t; e < min(total, (g + 1) * ${TILE}); e += ${THREADS}) {`,
      `  let row = ${loadI(1, 'e / width')};`,
      '  if (row >= 0 && row < v) {',
      ...found.map((line) => `    ${line}`),
      '  } else {',
      `    M2[o2 + e] = ${NAN_WORD};`,
      '  }',
      '}',
    ],
  });
const fromWords = gatherKernel(['M2[o2 + e] = M0[o0 + row * width + e % width];']);
const fromHalves = gatherKernel([
  'let at = row * width + e % width;',
  `${storeF(2, 'e', 'unpack2x16float(M0[o0 + (at >> 1u)])[at & 1]')}`,
]);

export const gatherTemplate: Template = ({ node, inputs, outputs, storage }) => {
  const [v, ...row] = node.inputs[0].shape;
  const total = numel(node.shape);
  return [
    wgslLaunch({
      text: storage(inputs[0]) === 'f16' ? fromHalves : fromWords,
      args: [...[...inputs, ...outputs].map(bufferArg), ...[total, numel(row), v].map(intArg)],
      groups: Math.ceil(total / TILE),
      reads: inputs,
      writes: outputs,
    }),
  ];
};

/** Buffers base, index, update, result. One workgroup per row of the result and per THREADS columns. */
const scatterKernel = templateKernel({
  buffers: 4,
  ints: ['n', 'width', 'v', 'chunks'],
  threads: THREADS,
  shared: [`var<workgroup> hits: array<u32, ${THREADS}>;`, 'var<workgroup> found: atomic<u32>;'],
  body: [
    'let row = g / chunks;',
    `let column = (g % chunks) * ${THREADS} + t;`,
    'let mine = row < v && column < width;',
    'var sum = 0.0f;',
    `if (mine) { sum = ${loadF(0, 'row * width + column')}; }`,
    `for (var first = 0; first < n; first += ${THREADS}) {`,
    '  if (t == 0) { atomicStore(&found, 0u); }',
    '  workgroupBarrier();',
    '  let i = first + t;',
    '  var hit = 0u;',
    `  if (i < n) { hit = select(0u, 1u, ${loadI(1, 'i')} == row); }`,
    '  hits[t] = hit;',
    '  if (hit == 1u) { atomicStore(&found, 1u); }',
    '  workgroupBarrier();',
    '  if (atomicLoad(&found) == 1u && mine) {',
    `    for (var j = 0; j < min(${THREADS}, n - first); j++) {`,
    `      if (hits[j] == 1u) { sum += ${loadF(2, '(first + j) * width + column')}; }`,
    '    }',
    '  }',
    '  workgroupBarrier();',
    '}',
    `if (mine) { ${storeF(3, 'row * width + column', 'sum')} }`,
  ],
});

export const scatterAddTemplate: Template = ({ node, inputs, outputs }) => {
  const [v, ...row] = node.shape;
  const width = numel(row);
  const chunks = Math.ceil(width / THREADS);
  return [
    wgslLaunch({
      text: scatterKernel,
      args: [
        ...[...inputs, ...outputs].map(bufferArg),
        ...[numel(node.inputs[1].shape), width, v, chunks].map(intArg),
      ],
      groups: v * chunks,
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};
