// The product of a few rows with a matrix stored row by row, x [m, k] times w [n, k] transposed: decoding. Bound by
// reading w once; a group of lanes shares each row of w and every row of x is used on the way.

import type { Node } from '../../core/graph.ts';
import { matmulSizes } from '../../core/ops/matmul.ts';
import { wgslDialect } from '../../print/dialects/wgsl.ts';
import { reduceLanes } from '../../print/gpu-reduce.ts';
import { bufferArg, intArg, type Launch, type TemplateContext } from '../../schedule/launch.ts';
import { inPlaceOf } from '../ending.ts';
import {
  flopsOf,
  loadF,
  storeF,
  templateKernel,
  type WgslEnding,
  type WgslTarget,
  wgslEnding,
  wgslLaunch,
} from './template.ts';

const MOST_ROWS = 4;
const THREADS = 256;
const LANES = 32;

const sizesOf = (node: Node) => matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);

export function suitsMatvec(node: Node): boolean {
  const { batch, m } = sizesOf(node);
  return batch === 1 && m <= MOST_ROWS && node.attrs.tb === true && node.attrs.ta !== true;
}

/** Whether the matrix may be kept in binary16: eight values a load. */
export function suitsHalf(node: Node): boolean {
  const { n, k } = sizesOf(node);
  return suitsMatvec(node) && n % 4 === 0 && k % 8 === 0;
}

/** How a lane reads the matrix: words, vectors of four, or vectors of eight binary16. */
export type MatrixLoads = 'words' | 'vectors' | 'halves';

export function matvecKernel(
  rows: number,
  residual: boolean,
  loads: MatrixLoads,
  target: WgslTarget,
  ending: WgslEnding,
): string {
  const vector = loads !== 'words';
  const d = wgslDialect(target);
  const each = Array.from({ length: rows }, (_, r) => r);
  const read = (slot: number, at: string) =>
    vector ? `bitcast<vec4<f32>>(M${slot}[o${slot} + ${at}])` : loadF(slot, at);
  const product = (x: string) => (vector ? `dot(w, ${x})` : `w * ${x}`);
  const step =
    loads === 'halves'
      ? [
          '  let packed = M1[o1 + mine * length + i];',
          '  let w = vec4<f32>(unpack2x16float(packed.x), unpack2x16float(packed.y));',
          '  let w2 = vec4<f32>(unpack2x16float(packed.z), unpack2x16float(packed.w));',
          ...each.flatMap((r) => [
            `  s${r} += ${product(read(0, `${r} * 2 * length + 2 * i`))};`,
            `  s${r} += dot(w2, ${read(0, `${r} * 2 * length + 2 * i + 1`)});`,
          ]),
        ]
      : [
          `  let w = ${read(1, 'mine * length + i')};`,
          ...each.map((r) => `  s${r} += ${product(read(0, `${r} * length + i`))};`),
        ];
  const reductions = each.flatMap((r) =>
    reduceLanes(d, { op: 'sum', dtype: 'f32', name: `s${r}`, lanes: LANES, scratch: () => 'scratch' }),
  );
  const storeOne = (row: number, at: string, sum: string) =>
    ending.isEpilogue ? `epilogue(${row}, column, ${sum});` : storeF(2, at, sum);
  // A vector view cannot write single elements without touching its neighbours, so four columns share a store.
  const out = each.flatMap((r) => {
    const at = `${r} * n + column`;
    return vector
      ? [`results[${r} * ${THREADS / LANES} + t / ${LANES}] = s${r};`]
      : [`  ${storeOne(r, at, residual ? `s${r} + ${loadF(3, at)}` : `s${r}`)}`];
  });
  const perGroup = THREADS / LANES;
  const store = vector
    ? [
        `if (lane == 0) { ${out.join(' ')} }`,
        'workgroupBarrier();',
        `if (t < ${(rows * perGroup) / 4}) {`,
        `  let r = t / ${perGroup / 4};`,
        `  let c4 = t % ${perGroup / 4};`,
        `  let first = g * ${perGroup} + c4 * 4;`,
        '  if (first < n) {',
        `    let i = r * ${perGroup} + c4 * 4;`,
        '    var v = vec4<f32>(results[i], results[i + 1], results[i + 2], results[i + 3]);',
        ...(residual ? ['    v += bitcast<vec4<f32>>(M3[o3 + ((r * n + first) >> 2u)]);'] : []),
        ending.isEpilogue
          ? '    epilogue(r, first, v);'
          : '    M2[o2 + ((r * n + first) >> 2u)] = bitcast<vec4<u32>>(v);',
        '  }',
        '}',
      ]
    : ['if (lane == 0 && column < n) {', ...out, '}'];
  return templateKernel({
    buffers: (residual ? 4 : 3) + ending.others.length,
    ints: ['n', 'k'],
    threads: THREADS,
    view: vector ? 'vec4<u32>' : 'u32',
    functions: ending.functions(vector ? 'vec4<u32>' : 'u32'),
    enable: reductions.some((line) => line.includes('subgroup')) ? ['subgroups'] : [],
    shared: [
      ...(reductions.some((line) => line.includes('scratch'))
        ? [`var<workgroup> scratch: array<f32, ${THREADS}>;`]
        : []),
      ...(vector ? [`var<workgroup> results: array<f32, ${rows * perGroup}>;`] : []),
    ],
    body: [
      `let lane = t % ${LANES};`,
      `let column = g * ${perGroup} + t / ${LANES};`,
      'let mine = min(column, n - 1);',
      `let length = ${{ words: 'k', vectors: 'k / 4', halves: 'k / 8' }[loads]};`,
      ...each.map((r) => `var s${r} = 0.0f;`),
      `for (var i = lane; i < length; i += ${LANES}) {`,
      ...step,
      '}',
      ...reductions,
      ...store,
    ],
  });
}

export function matvec(context: TemplateContext, target: WgslTarget): Launch[] {
  const { node, inputs } = context;
  const { m, n, k } = sizesOf(node);
  const residual = inputs[2];
  const wide = n % 4 === 0 && k % 4 === 0 ? 'vectors' : 'words';
  const ending = wgslEnding(context, 2, residual === undefined ? 3 : 4);
  const loads = context.storage(inputs[1]) === 'f16' ? 'halves' : wide;
  return [
    wgslLaunch({
      text: matvecKernel(m, residual !== undefined, loads, target, ending),
      args: [
        ...[inputs[0], inputs[1], ending.sums, ...(residual ? [residual] : []), ...ending.others].map(
          bufferArg,
        ),
        intArg(n),
        intArg(k),
      ],
      groups: Math.ceil(n / (THREADS / LANES)),
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      inPlace: inPlaceOf(ending, residual),
      flops: flopsOf(context),
    }),
  ];
}
