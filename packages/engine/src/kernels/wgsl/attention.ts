// Attention forward: one workgroup per block of queries of one head walks the keys once, keeping the running maximum
// and sum of each row (Milakov & Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135). The score
// matrix never leaves shared memory. Memory traffic: q and o once, k and v once per block of queries.

import { bufferArg, floatArg, intArg, type Template } from '../../schedule/launch.ts';
import {
  chooseTiles,
  dotRows,
  endVector,
  loadRows,
  MASKED,
  ownership,
  sharedSquare,
  sharedTile,
  storeVector,
  THREADS,
  type Tiles,
} from './attention-tiles.ts';
import {
  flopsOf,
  storeF,
  templateKernel,
  type WgslEnding,
  type WgslTarget,
  wgslEnding,
  wgslLaunch,
} from './template.ts';

/** Buffers q, k, v, o, lse, then those of the epilogue. */
function forwardKernel(t: Tiles, causal: boolean, ending: WgslEnding): string {
  const own = ownership(t.queries, t);
  const kv = (slot: number) =>
    loadRows('kv', t.keys, t, { slot, first: 'k0', length: 's', heads: 'hk', head: 'shared_head' });
  const row = { row: 'row0 + owned', length: 'rows', heads: 'hq', head: 'head' };
  return templateKernel({
    buffers: 5 + ending.others.length,
    functions: ending.functions('u32'),
    ints: ['rows', 's', 'hq', 'hk', 'blocks'],
    floats: ['scale'],
    threads: THREADS,
    shared: [sharedTile('q', t.queries, t), sharedTile('kv', t.keys, t), sharedSquare('p', t)],
    body: [
      'let head = (g / blocks) % hq;',
      'let z = g / (blocks * hq);',
      'let shared_head = head / (hq / hk);',
      `let row0 = (g % blocks) * ${t.queries};`,
      'let shift = s - rows;',
      ...own.lets,
      ...loadRows('q', t.queries, t, { slot: 0, first: 'row0', length: 'rows', heads: 'hq', head: 'head' }),
      `var top = ${MASKED};`,
      'var total = 0.0f;',
      `var sums: array<vec4<f32>, ${own.count}>;`,
      `let end = ${causal ? `min(s, row0 + ${t.queries} + shift)` : 's'};`,
      `for (var k0 = 0; k0 < end; k0 += ${t.keys}) {`,
      ...kv(1),
      '  workgroupBarrier();',
      `  for (var e = t; e < ${t.queries * t.keys}; e += ${THREADS}) {`,
      `    let i = e / ${t.keys};`,
      `    let j = e % ${t.keys};`,
      ...dotRows('x', 'q', 'i', 'kv', 'j', t),
      `    let seen = k0 + j < s${causal ? ' && k0 + j <= row0 + i + shift' : ''};`,
      `    p[e] = select(${MASKED}, x * scale, seen);`,
      '  }',
      '  workgroupBarrier();',
      '  let before = top;',
      `  for (var j = 0; j < ${t.keys}; j++) { top = max(top, p[owned * ${t.keys} + j]); }`,
      ...kv(2),
      '  workgroupBarrier();',
      `  for (var j = lane; j < ${t.keys}; j += ${own.lanes}) {`,
      `    p[owned * ${t.keys} + j] = exp(p[owned * ${t.keys} + j] - top);`,
      '  }',
      '  workgroupBarrier();',
      '  let fade = exp(before - top);',
      '  total *= fade;',
      `  for (var a = 0; a < ${own.count}; a++) { sums[a] *= fade; }`,
      `  for (var j = 0; j < ${t.keys}; j++) {`,
      `    let w = p[owned * ${t.keys} + j];`,
      '    total += w;',
      ...own.each([`sums[a] += w * kv[j * ${t.pitch} + c];`]),
      '  }',
      '  workgroupBarrier();',
      '}',
      'if (row0 + owned < rows) {',
      ...own.each(
        ending.isEpilogue ? endVector(t, row, 'sums[a] / total') : storeVector(3, t, row, 'sums[a] / total'),
      ),
      `  if (lane == 0) { ${storeF(4, '(z * hq + head) * rows + row0 + owned', 'top + log(total)')} }`,
      '}',
    ],
  });
}

export const attentionTemplate =
  (target: WgslTarget): Template =>
  (context) => {
    const { node, inputs, outputs } = context;
    const [b, rows, hq, size] = node.inputs[0].shape;
    const [, s, hk] = node.inputs[1].shape;
    const tiles = chooseTiles(size, target.workgroupBytes, { perQuery: 1, perKey: 1, squares: 1 });
    const blocks = Math.ceil(rows / tiles.queries);
    const ending = wgslEnding(context, 3, 5);
    return [
      wgslLaunch({
        text: forwardKernel(tiles, node.attrs.causal === true, ending),
        args: [
          ...[...inputs, ending.sums, outputs[1], ...ending.others].map(bufferArg),
          ...[rows, s, hq, hk, blocks].map(intArg),
          floatArg(node.attrs.scale as number),
        ],
        groups: b * hq * blocks,
        reads: [...inputs, ...ending.reads],
        writes: ending.writes,
        flops: flopsOf(context),
      }),
    ];
  };
