// Matrix product straight from memory, four neighbouring elements of c per thread. For software adapters: shared
// memory gains nothing there, and the tiled kernel takes them seconds to compile.

import { matmulSizes } from '../../core/ops/matmul.ts';
import { bufferArg, intArg, type Template } from '../../schedule/launch.ts';
import { inPlaceOf } from '../ending.ts';
import {
  flopsOf,
  loadF,
  storeF,
  templateKernel,
  type WgslEnding,
  wgslEnding,
  wgslLaunch,
} from './template.ts';

const THREADS = 64;

/** Buffers a, b, c [, residual], then those of the epilogue. */
export function directKernel(ta: boolean, tb: boolean, residual: boolean, ending: WgslEnding): string {
  const sum = residual ? `sum[j] + ${loadF(3, 'at')}` : 'sum[j]';
  const a = loadF(0, ta ? 'z * m * k + i * m + row' : 'z * m * k + row * k + i');
  const b = (j: number) => loadF(1, tb ? `z * n * k + c${j} * k + i` : `z * n * k + i * n + c${j}`);
  const four = [0, 1, 2, 3];
  return templateKernel({
    buffers: (residual ? 4 : 3) + ending.others.length,
    functions: ending.functions('u32'),
    ints: ['m', 'n', 'k', 'total'],
    threads: THREADS,
    body: [
      `let e = g * ${THREADS} + t;`,
      'let wide = (n + 3) / 4;',
      'if (e < total) {',
      '  let z = e / (m * wide);',
      '  let row = (e / wide) % m;',
      '  let column = (e % wide) * 4;',
      ...four.map((j) => `  let c${j} = min(column + ${j}, n - 1);`),
      '  var sum = vec4<f32>();',
      '  for (var i = 0; i < k; i++) {',
      `    sum = fma(vec4<f32>(${a}), vec4<f32>(${four.map(b).join(', ')}), sum);`,
      '  }',
      '  for (var j = 0; j < min(4, n - column); j++) {',
      '    let at = (z * m + row) * n + column + j;',
      `    ${ending.isEpilogue ? `epilogue(z * m + row, column + j, ${sum});` : storeF(2, 'at', sum)}`,
      '  }',
      '}',
    ],
  });
}

export const matmulDirectTemplate: Template = (context) => {
  const { node, inputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const residual = inputs[2];
  const total = batch * m * Math.ceil(n / 4);
  const ending = wgslEnding(context, 2, residual === undefined ? 3 : 4);
  return [
    wgslLaunch({
      text: directKernel(node.attrs.ta === true, node.attrs.tb === true, residual !== undefined, ending),
      args: [
        ...[inputs[0], inputs[1], ending.sums, ...(residual ? [residual] : []), ...ending.others].map(
          bufferArg,
        ),
        ...[m, n, k, total].map(intArg),
      ],
      groups: Math.ceil(total / THREADS),
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      inPlace: inPlaceOf(ending, residual),
      flops: flopsOf(context),
    }),
  ];
};
