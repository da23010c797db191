// The global norm and AdamW over many tensors: one launch per tensor, whose kernel text is the same.

import { numel } from '../../core/shape.ts';
import { wgslDialect } from '../../print/dialects/wgsl.ts';
import { reduceLanes } from '../../print/gpu-reduce.ts';
import { bufferArg, floatArg, intArg, type Template } from '../../schedule/launch.ts';
import { flopsOf, loadF, storeF, templateKernel, type WgslTarget, wgslLaunch } from './template.ts';

const THREADS = 256;
/** Elements of one partial sum: fixed, so that the tree depends on shapes only. */
const CHUNK = 16384;
const TILE = 1024;

/** Sums f over a stretch of slot 0; thread 0 then stores the result in slot 1. */
function sumKernel(
  parts: { ints: string[]; range: string[]; term: string; store: string },
  target: WgslTarget,
) {
  const tree = reduceLanes(wgslDialect(target), {
    ...{ op: 'sum', dtype: 'f32' as const, name: 'sum', lanes: THREADS },
    scratch: () => 'scratch',
  });
  return templateKernel({
    buffers: 2,
    ints: parts.ints,
    threads: THREADS,
    enable: tree.some((line) => line.includes('subgroup')) ? ['subgroups'] : [],
    shared: [`var<workgroup> scratch: array<f32, ${THREADS}>;`],
    body: [
      'let lane = t;',
      ...parts.range,
      'var sum = 0.0f;',
      `for (var i = begin + t; i < end; i += ${THREADS}) {`,
      `  let x = ${loadF(0, 'i')};`,
      `  sum += ${parts.term};`,
      '}',
      ...tree,
      `if (t == 0) { ${parts.store} }`,
    ],
  });
}

export const globalNormTemplate =
  (target: WgslTarget): Template =>
  (context) => {
    const { node, inputs, outputs } = context;
    const counts = node.inputs.map((n) => numel(n.shape));
    const chunks = counts.map((n) => Math.ceil(n / CHUNK));
    const total = chunks.reduce((a, b) => a + b, 0);
    const partial = context.temporary(total);
    const range = [`let begin = g * ${CHUNK};`, `let end = min(count, begin + ${CHUNK});`];
    const stretch = sumKernel(
      { ints: ['count', 'first'], range, term: 'x * x', store: storeF(1, 'first + g', 'sum') },
      target,
    );
    const all = sumKernel(
      {
        ints: ['count'],
        range: ['let begin = 0;', 'let end = count;'],
        term: 'x',
        store: storeF(1, '0', 'sqrt(sum)'),
      },
      target,
    );
    let first = 0;
    const launches = inputs.map((input, i) => {
      const args = [bufferArg(input), bufferArg(partial), intArg(counts[i]), intArg(first)];
      first += chunks[i];
      return wgslLaunch({
        ...{ text: stretch, args, groups: chunks[i], reads: [input], writes: [partial] },
        flops: 2 * counts[i],
      });
    });
    return [
      ...launches,
      wgslLaunch({
        text: all,
        args: [bufferArg(partial), bufferArg(outputs[0]), intArg(total)],
        groups: 1,
        reads: [partial],
        writes: outputs,
      }),
    ];
  };

/** Buffers hyper, scale, p, g, m, v, and the new p, m, v. */
const adamwKernel = templateKernel({
  buffers: 9,
  ints: ['count'],
  floats: ['beta1', 'beta2', 'eps', 'rest1', 'rest2', 'decay'],
  threads: THREADS,
  body: [
    `let rate = ${loadF(0, '0')};`,
    `let c1 = ${loadF(0, '1')};`,
    `let c2 = ${loadF(0, '2')};`,
    `let scale = ${loadF(1, '0')};`,
    `for (var i = g * ${TILE} + t; i < min(count, (g + 1) * ${TILE}); i += ${THREADS}) {`,
    `  let gradient = ${loadF(3, 'i')} * scale;`,
    `  let m = beta1 * ${loadF(4, 'i')} + rest1 * gradient;`,
    `  let v = beta2 * ${loadF(5, 'i')} + rest2 * gradient * gradient;`,
    `  let p = ${loadF(2, 'i')} * (1.0f - rate * decay);`,
    `  ${storeF(6, 'i', 'p - rate * c1 * (m / (sqrt(v) * c2 + eps))')}`,
    `  ${storeF(7, 'i', 'm')}`,
    `  ${storeF(8, 'i', 'v')}`,
    '}',
  ],
});

export const adamwTemplate: Template = (context) => {
  const { node, inputs, outputs } = context;
  const decay = node.attrs.decay as readonly number[];
  const n = decay.length;
  const { beta1, beta2, eps } = node.attrs as Record<string, number>;
  const flops = flopsOf(context) / n;
  return decay.map((coefficient, i) => {
    const from = [0, 1, 2, 3].map((k) => inputs[2 + k * n + i]);
    const to = [0, 1, 2].map((k) => outputs[k * n + i]);
    const count = numel(node.inputs[2 + i].shape);
    return wgslLaunch({
      text: adamwKernel,
      args: [
        ...[inputs[0], inputs[1], ...from, ...to].map(bufferArg),
        intArg(count),
        ...[beta1, beta2, eps, 1 - beta1, 1 - beta2, coefficient].map(floatArg),
      ],
      groups: Math.ceil(count / TILE),
      reads: [inputs[0], inputs[1], ...from],
      writes: to,
      inPlace: [
        [to[0], from[0]],
        [to[1], from[2]],
        [to[2], from[3]],
      ],
      flops,
    });
  });
};
