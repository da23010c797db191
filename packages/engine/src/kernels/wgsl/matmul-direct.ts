// Matrix product straight from memory, four neighbouring elements of c per thread. For software adapters: shared
// memory gains nothing there, and the tiled kernel takes them seconds to compile.

import { matmulSizes } from '../../core/ops/matmul.ts';
import { bufferArg, intArg, type Template } from '../../schedule/launch.ts';
import { flopsOf, loadF, storeF, templateKernel, wgslLaunch } from './template.ts';

const THREADS = 64;

/** Buffers a, b, c [, residual]. */
export function directKernel(ta: boolean, tb: boolean, residual: boolean): string {
  const a = loadF(0, ta ? 'z * m * k + i * m + row' : 'z * m * k + row * k + i');
  const b = (j: number) => loadF(1, tb ? `z * n * k + c${j} * k + i` : `z * n * k + i * n + c${j}`);
  const four = [0, 1, 2, 3];
  return templateKernel({
    buffers: residual ? 4 : 3,
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
      `    ${storeF(2, 'at', residual ? `sum[j] + ${loadF(3, 'at')}` : 'sum[j]')}`,
      '  }',
      '}',
    ],
  });
}

export const matmulDirectTemplate: Template = (context) => {
  const { node, inputs, outputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const residual = inputs[2];
  const total = batch * m * Math.ceil(n / 4);
  return [
    wgslLaunch({
      text: directKernel(node.attrs.ta === true, node.attrs.tb === true, residual !== undefined),
      args: [
        ...[inputs[0], inputs[1], outputs[0], ...(residual ? [residual] : [])].map(bufferArg),
        ...[m, n, k, total].map(intArg),
      ],
      groups: Math.ceil(total / THREADS),
      reads: inputs,
      writes: outputs,
      inPlace: residual ? [[outputs[0], residual]] : [],
      flops: flopsOf(context),
    }),
  ];
};
