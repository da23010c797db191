// Attention backward from the saved log-sum-exp. Two kernels and no atomics: one owns blocks of keys and walks the
// queries of all heads that share them (dk, dv), one owns blocks of queries and walks the keys (dq). Scores are
// computed in both, seven products instead of five: the price of sums in a fixed order.

import { bufferArg, floatArg, intArg, type Template } from '../../schedule/launch.ts';
import {
  chooseTiles,
  dotRows,
  loadRows,
  ownership,
  sharedSquare,
  sharedTile,
  storeVector,
  THREADS,
  type Tiles,
} from './attention-tiles.ts';
import { flopsOf, loadF, storeF, templateKernel, type WgslTarget, wgslLaunch } from './template.ts';

const INTS = ['rows', 's', 'hq', 'hk', 'blocks'];

/** delta[z, head, row] = sum of o * do over the head. Buffers o, do, delta. */
const deltaKernel = (size: number): string =>
  templateKernel({
    buffers: 3,
    ints: ['count', 'rows', 'hq'],
    threads: THREADS,
    body: [
      `let e = g * ${THREADS} + t;`,
      'if (e < count) {',
      '  let row = e % rows;',
      '  let head = (e / rows) % hq;',
      `  let at = ((e / (rows * hq) * rows + row) * hq + head) * ${size};`,
      '  var sum = 0.0f;',
      `  for (var c = 0; c < ${size}; c++) { sum += ${loadF(0, 'at + c')} * ${loadF(1, 'at + c')}; }`,
      `  ${storeF(2, 'e', 'sum')}`,
      '}',
    ],
  });

/** Buffers q, k, v, lse, do, delta come first in both kernels. */
const rowsOf = (slot: number, first: string) => ({ slot, first, length: 'rows', heads: 'hq', head: 'head' });
const keysOf = (slot: number, first: string) => ({
  ...{ slot, first, length: 's', heads: 'hk', head: 'shared_head' },
});

/** Probabilities (where wanted) and gradients of the scores of one pair of tiles. */
function scoreGradients(t: Tiles, causal: boolean, probabilities: boolean): string[] {
  const lse = loadF(3, '(z * hq + head) * rows + row');
  const delta = loadF(5, '(z * hq + head) * rows + row');
  return [
    `for (var e = t; e < ${t.queries * t.keys}; e += ${THREADS}) {`,
    `  let i = e / ${t.keys};`,
    `  let j = e % ${t.keys};`,
    ...dotRows('x', 'q', 'i', 'k', 'j', t),
    ...dotRows('y', 'go', 'i', 'v', 'j', t),
    '  let row = row0 + i;',
    `  let seen = row < rows && k0 + j < s${causal ? ' && k0 + j <= row + shift' : ''};`,
    '  var w = 0.0f;',
    '  var d = 0.0f;',
    '  if (seen) {',
    `    w = exp(x * scale - ${lse});`,
    `    d = w * (y - ${delta}) * scale;`,
    '  }',
    ...(probabilities ? ['  p[e] = w;'] : []),
    '  ds[e] = d;',
    '}',
  ];
}

const sharedOf = (t: Tiles, probabilities: boolean) => [
  sharedTile('q', t.queries, t),
  sharedTile('go', t.queries, t),
  sharedTile('k', t.keys, t),
  sharedTile('v', t.keys, t),
  sharedSquare('ds', t),
  ...(probabilities ? [sharedSquare('p', t)] : []),
];

/** Buffers q, k, v, lse, do, delta, dk, dv. */
function keysKernel(t: Tiles, causal: boolean): string {
  const own = ownership(t.keys, t);
  const to = { row: 'k0 + owned', length: 's', heads: 'hk', head: 'shared_head' };
  return templateKernel({
    buffers: 8,
    ints: INTS,
    floats: ['scale'],
    threads: THREADS,
    shared: sharedOf(t, true),
    body: [
      'let shared_head = (g / blocks) % hk;',
      'let z = g / (blocks * hk);',
      'let group = hq / hk;',
      `let k0 = (g % blocks) * ${t.keys};`,
      'let shift = s - rows;',
      ...own.lets,
      ...loadRows('k', t.keys, t, keysOf(1, 'k0')),
      ...loadRows('v', t.keys, t, keysOf(2, 'k0')),
      `var dk: array<vec4<f32>, ${own.count}>;`,
      `var dv: array<vec4<f32>, ${own.count}>;`,
      // The first block of queries that sees a key of this block.
      `let start = ${causal ? `max(0, k0 - shift) / ${t.queries} * ${t.queries}` : '0'};`,
      'for (var h = 0; h < group; h++) {',
      '  let head = shared_head * group + h;',
      `  for (var row0 = start; row0 < rows; row0 += ${t.queries}) {`,
      ...loadRows('q', t.queries, t, rowsOf(0, 'row0')),
      ...loadRows('go', t.queries, t, rowsOf(4, 'row0')),
      '    workgroupBarrier();',
      ...scoreGradients(t, causal, true),
      '    workgroupBarrier();',
      `    for (var i = 0; i < ${t.queries}; i++) {`,
      `      let w = p[i * ${t.keys} + owned];`,
      `      let d = ds[i * ${t.keys} + owned];`,
      ...own.each([`dv[a] += w * go[i * ${t.pitch} + c];`, `dk[a] += d * q[i * ${t.pitch} + c];`]),
      '    }',
      '    workgroupBarrier();',
      '  }',
      '}',
      'if (k0 + owned < s) {',
      ...own.each(storeVector(6, t, to, 'dk[a]')),
      ...own.each(storeVector(7, t, to, 'dv[a]')),
      '}',
    ],
  });
}

/** Buffers q, k, v, lse, do, delta, dq. */
function queriesKernel(t: Tiles, causal: boolean): string {
  const own = ownership(t.queries, t);
  const to = { row: 'row0 + owned', length: 'rows', heads: 'hq', head: 'head' };
  return templateKernel({
    buffers: 7,
    ints: INTS,
    floats: ['scale'],
    threads: THREADS,
    shared: sharedOf(t, false),
    body: [
      'let head = (g / blocks) % hq;',
      'let z = g / (blocks * hq);',
      'let shared_head = head / (hq / hk);',
      `let row0 = (g % blocks) * ${t.queries};`,
      'let shift = s - rows;',
      ...own.lets,
      ...loadRows('q', t.queries, t, rowsOf(0, 'row0')),
      ...loadRows('go', t.queries, t, rowsOf(4, 'row0')),
      `var dq: array<vec4<f32>, ${own.count}>;`,
      `let end = ${causal ? `min(s, row0 + ${t.queries} + shift)` : 's'};`,
      `for (var k0 = 0; k0 < end; k0 += ${t.keys}) {`,
      ...loadRows('k', t.keys, t, keysOf(1, 'k0')),
      ...loadRows('v', t.keys, t, keysOf(2, 'k0')),
      '  workgroupBarrier();',
      ...scoreGradients(t, causal, false),
      '  workgroupBarrier();',
      `  for (var j = 0; j < ${t.keys}; j++) {`,
      `    let d = ds[owned * ${t.keys} + j];`,
      ...own.each([`dq[a] += d * k[j * ${t.pitch} + c];`]),
      '  }',
      '  workgroupBarrier();',
      '}',
      'if (row0 + owned < rows) {',
      ...own.each(storeVector(6, t, to, 'dq[a]')),
      '}',
    ],
  });
}

export const attentionBackwardTemplate =
  (target: WgslTarget): Template =>
  (context) => {
    const { node, inputs, outputs } = context;
    const [q, k, v, o, lse, go] = inputs;
    const [dq, dk, dv] = outputs;
    const [b, rows, hq, size] = node.inputs[0].shape;
    const [, s, hk] = node.inputs[1].shape;
    const causal = node.attrs.causal === true;
    const tiles = chooseTiles(size, target.workgroupBytes, { perQuery: 2, perKey: 2, squares: 2 });
    const delta = context.temporary(b * hq * rows);
    const saved = [q, k, v, lse, go, delta];
    const sizes = (blocks: number) => [
      ...[rows, s, hq, hk, blocks].map(intArg),
      floatArg(node.attrs.scale as number),
    ];
    const [keyBlocks, queryBlocks] = [Math.ceil(s / tiles.keys), Math.ceil(rows / tiles.queries)];
    const flops = flopsOf(context);
    return [
      wgslLaunch({
        text: deltaKernel(size),
        args: [...[o, go, delta].map(bufferArg), ...[b * hq * rows, rows, hq].map(intArg)],
        groups: Math.ceil((b * hq * rows) / THREADS),
        reads: [o, go],
        writes: [delta],
      }),
      wgslLaunch({
        text: keysKernel(tiles, causal),
        args: [...[...saved, dk, dv].map(bufferArg), ...sizes(keyBlocks)],
        groups: b * hk * keyBlocks,
        reads: saved,
        writes: [dk, dv],
        flops: (flops * 4) / 7,
      }),
      wgslLaunch({
        text: queriesKernel(tiles, causal),
        args: [...[...saved, dq].map(bufferArg), ...sizes(queryBlocks)],
        groups: b * hq * queryBlocks,
        reads: saved,
        writes: [dq],
        flops: (flops * 3) / 7,
      }),
    ];
  };
