// Attention on the GPU: the flash kernels for bfloat16 heads of 64, 80, 96 and 128 values, and a plain one for
// everything else.

import { opRow } from '../../core/ops.ts';
import { numel } from '../../core/shape.ts';
import { bufferArg, floatArg, type Launch, type TemplateContext } from '../../schedule/launch.ts';
import { cudaEnding } from './epilogue.ts';
import { instance } from './instances.ts';
import { asElements, type Element, elementOf, ints, kernel, outputAs } from './operands.ts';

const FLASH_HEADS = new Set([64, 80, 96, 128]);
/** Values of a head that the plain kernels hold in registers. */
const WIDEST_HEAD = 256;

interface Sizes {
  readonly b: number;
  readonly t: number;
  readonly s: number;
  readonly hq: number;
  readonly hk: number;
  readonly d: number;
  readonly causal: number;
  readonly scale: number;
}

function sizesOf({ node }: TemplateContext): Sizes {
  const [b, t, hq, d] = node.inputs[0].shape;
  const [, s, hk] = node.inputs[1].shape;
  if (d > WIDEST_HEAD)
    throw new RangeError(`attention on CUDA takes heads of at most ${WIDEST_HEAD}, got ${d}`);
  return { b, t, s, hq, hk, d, causal: +!!node.attrs.causal, scale: node.attrs.scale as number };
}

const flopsOf = ({ node }: TemplateContext): number =>
  opRow(node.op).cost!(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops;

/** Rows that see no key at all exist when there are more queries than keys; only the plain kernel has them. */
const isFlash = ({ d, t, s }: Sizes, precision: string) =>
  precision === 'bf16' && FLASH_HEADS.has(d) && s >= t;

/** Bytes of `rows` rows of shared memory, padded. */
const rowBytes = (rows: number, d: number) => rows * (d + 8) * 2;

/** Where the first result goes: to the epilogue, in whatever it is kept, or in `element` to `to`. */
function endOf(context: TemplateContext, element: Element, pairs: boolean, after: Launch[]) {
  const ending = cudaEnding(context, pairs);
  const { sums, macros } = ending;
  if (context.epilogue) return { ...ending, to: sums, macros: { OUT: elementOf(context, sums), ...macros } };
  const to = outputAs(context, 0, element, after);
  return { ...ending, to, writes: [to, ...context.outputs.slice(1)] };
}

export function attention(context: TemplateContext, precision: 'bf16' | 'f32'): readonly Launch[] {
  const sizes = sizesOf(context);
  const { b, t, s, hq, hk, d, causal, scale } = sizes;
  const flash = isFlash(sizes, precision);
  const element: Element = precision === 'bf16' ? 'bf16' : 'float';
  const before: Launch[] = [];
  const after: Launch[] = [];
  const from = [0, 1, 2].map((i) => asElements(context, i, element, before));
  const ending = endOf(context, element, flash, after);
  const args = [
    ...[...from, ending.to, context.outputs[1]].map(bufferArg),
    ...ints(t, s, hq, hk),
    floatArg(scale),
  ];
  const others = ending.others.map(bufferArg);
  const common = { reads: [...from, ...ending.reads], writes: ending.writes, flops: flopsOf(context) };
  const rows = b * t * hq;
  const launch = flash
    ? kernel({
        ...common,
        symbol: instance('attention', { D: d, CAUSAL: causal, ...ending.macros }),
        args: [...args, ...others],
        ...{ grid: [Math.ceil(t / 128), hq, b], block: 256, scratch: rowBytes(128 + 4 * 64, d) },
      })
    : kernel({
        ...common,
        ...{
          symbol: instance('attention_any', { QT: element, CAUSAL: causal, ...ending.macros }),
          args: [...args, ...ints(d, rows), ...others],
        },
        ...{ grid: [Math.ceil(rows / 4), 1, 1], block: 128 },
      });
  return [...before, launch, ...after];
}

export function attentionBackward(context: TemplateContext, precision: 'bf16' | 'f32'): readonly Launch[] {
  const sizes = sizesOf(context);
  const { b, t, hq, d } = sizes;
  const flash = isFlash(sizes, precision);
  const element: Element = precision === 'bf16' ? 'bf16' : 'float';
  const before: Launch[] = [];
  const after: Launch[] = [];
  const [q, k, v, o] = [0, 1, 2, 3].map((i) => asElements(context, i, element, before));
  const [lse, g] = [context.inputs[4], asElements(context, 5, element, before)];
  const results = [0, 1, 2].map((i) => outputAs(context, i, element, after));
  const rows = numel([b, t, hq]);
  const delta = context.temporary(rows);
  const deltas = kernel({
    symbol: instance('attention_delta', { QT: element }),
    args: [...[o, g, delta].map(bufferArg), ...ints(t, hq, d, rows)],
    ...{ grid: [Math.ceil(rows / 8), 1, 1], block: 256, reads: [o, g], writes: [delta] },
  });
  const operands = [q, k, v, g, lse, delta];
  const backward = (flash ? flashBackward : plainBackward)(sizes, element, operands, results);
  const [first, ...rest] = backward;
  return [...before, deltas, { ...first, flops: flopsOf(context) }, ...rest, ...after];
}

function flashBackward(
  sizes: Sizes,
  _: Element,
  operands: readonly string[],
  [dq, dk, dv]: string[],
): Launch[] {
  const { b, t, s, hq, hk, d, causal, scale } = sizes;
  const tail = [...ints(t, s, hq, hk), floatArg(scale)];
  const tile = d <= 64 ? 64 : 32;
  const macros = { D: d, CAUSAL: causal };
  return [
    kernel({
      ...{ symbol: instance('attention_bwd_kv', macros), reads: operands, writes: [dk, dv] },
      args: [...[...operands, dk, dv].map(bufferArg), ...tail],
      ...{ grid: [Math.ceil(s / 64), hk, b], block: 128, scratch: rowBytes(128 + 4 * tile, d) + 16 * tile },
    }),
    kernel({
      ...{ symbol: instance('attention_bwd_q', macros), reads: operands, writes: [dq] },
      args: [...[...operands, dq].map(bufferArg), ...tail],
      ...{ grid: [Math.ceil(t / 64), hq, b], block: 128, scratch: rowBytes(128 + 4 * tile, d) },
    }),
  ];
}

function plainBackward(
  sizes: Sizes,
  element: Element,
  operands: readonly string[],
  [dq, dk, dv]: string[],
): Launch[] {
  const { b, t, s, hq, hk, d, causal, scale } = sizes;
  return [true, false].map((keywise) => {
    const rows = keywise ? b * s * hk : b * t * hq;
    const results = keywise ? [dk, dv] : [dq];
    return kernel({
      symbol: instance('attention_any_bwd', { QT: element, CAUSAL: causal, KEYWISE: +keywise }),
      args: [
        ...[...operands, results[0], results[1] ?? results[0]].map(bufferArg),
        ...ints(t, s, hq, hk),
        floatArg(scale),
        ...ints(d, rows),
      ],
      ...{ grid: [Math.ceil(rows / 4), 1, 1], block: 128, reads: operands, writes: results },
    });
  });
}

export function attentionDecode(context: TemplateContext): readonly Launch[] {
  const { node, inputs } = context;
  const [hq, d] = node.inputs[0].shape;
  const hk = node.inputs[1].shape[1];
  const cache = elementOf(context, inputs[1]);
  const before: Launch[] = [];
  const after: Launch[] = [];
  const query = asElements(context, 0, 'float', before);
  const values = asElements(context, 2, cache, before);
  const ending = endOf(context, 'float', false, after);
  const reads = [query, inputs[1], values, inputs[3]];
  return [
    ...before,
    kernel({
      symbol: instance('attention_decode', { QT: 'float', CT: cache, ...ending.macros }),
      args: [
        ...[...reads, ending.to].map(bufferArg),
        ...ints(hq, hk, d),
        floatArg(node.attrs.scale as number),
        ...ending.others.map(bufferArg),
      ],
      ...{ grid: [hq, 1, 1], block: 256, reads: [...reads, ...ending.reads], writes: ending.writes },
    }),
    ...after,
  ];
}
