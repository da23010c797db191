// Lowers composites to the hand-written CUDA kernels beside this file. Cuts depend on shapes only.

import { matmulSizes } from '../../core/ops/matmul.ts';
import { opRow } from '../../core/ops.ts';
import { numel } from '../../core/shape.ts';
import { cudaDialect } from '../../print/dialects/cuda.ts';
import {
  bufferArg,
  intArg,
  type Launch,
  type Template,
  type TemplateContext,
} from '../../schedule/launch.ts';
import { inPlaceOf } from '../ending.ts';
import { gpuConv } from '../gpu/conv.ts';
import { attention, attentionBackward, attentionDecode } from './attention-templates.ts';
import { cudaEnding, isAligned } from './epilogue.ts';
import { instance } from './instances.ts';
import { asElements, elementOf, ints, kernel, outputAs } from './operands.ts';
import { adamw, globalNorm } from './optimizer-templates.ts';

export interface CudaTemplateOptions {
  /** bfloat16 operands of products and attention; float32 otherwise. */
  readonly precision: 'bf16' | 'f32';
  /** Products through cuBLASLt: launches named `cublaslt`, which the runtime knows how to run. */
  readonly cublasLt: boolean;
}

/** A block of the product's kernel, and how many blocks keep a large GPU busy. */
const TILE = 128;
const ENOUGH_TILES = 96;
const LEAST_DEPTH = 512;
const MATMUL_SHARED = (ta: boolean, tb: boolean): number => {
  const pitch = (transposed: boolean) => (transposed ? 32 * (TILE + 8) : TILE * (32 + 8));
  return 4 * 2 * (pitch(ta) + pitch(!tb));
};

const costOf = ({ node }: TemplateContext): number =>
  opRow(node.op).cost?.(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops ?? 0;

/** Into how many parts k is cut so that small results (weight gradients) still fill the GPU. */
export function splitsOf(m: number, n: number, k: number, batch: number): { splits: number; depth: number } {
  const tiles = Math.ceil(m / TILE) * Math.ceil(n / TILE) * batch;
  const wanted = Math.min(Math.floor(ENOUGH_TILES / tiles), Math.floor(k / LEAST_DEPTH), 16);
  if (wanted < 2) return { splits: 1, depth: Math.ceil(k / 32) * 32 };
  const depth = Math.ceil(k / wanted / 32) * 32;
  return { splits: Math.ceil(k / depth), depth };
}

function tensorCoreMatmul(context: TemplateContext): Launch[] {
  const { node } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const [ta, tb] = [!!node.attrs.ta, !!node.attrs.tb];
  const before: Launch[] = [];
  const [a, b] = [0, 1].map((i) => asElements(context, i, 'bf16', before));
  const residual = context.inputs[2];
  const { splits, depth } = splitsOf(m, n, k, batch);
  const aligned = (ta ? m : k) % 8 === 0 && (tb ? k : n) % 8 === 0;
  const partial = splits > 1 ? context.temporary(splits * batch * m * n) : undefined;
  const ending = cudaEnding(context, !partial && n % 2 === 0);
  const out = elementOf(context, ending.sums);
  const res = residual ? elementOf(context, residual) : 'float';
  const inPlace = out === res ? inPlaceOf(ending, residual) : [];
  const target = partial ?? ending.sums;
  const symbol = instance('matmul', {
    ...{ TA: +ta, TB: +tb, OUT: partial ? 'float' : out, RES: res, RESIDUAL: +(!partial && !!residual) },
    ...{ ALIGNED: +aligned, PAIRS: +(n % 2 === 0), SPLIT: +!!partial },
    ...(partial ? {} : ending.macros),
  });
  const others = ending.others.map(bufferArg);
  const product = kernel({
    symbol,
    args: [a, b, target, residual && !partial ? bufferArg(residual) : intArg(0)]
      .map((x) => (typeof x === 'string' ? bufferArg(x) : x))
      .concat(ints(batch, m, n, k, depth), partial ? [] : others),
    grid: [Math.ceil(m / TILE) * Math.ceil(n / TILE), 1, batch * splits],
    block: 256,
    scratch: MATMUL_SHARED(ta, tb),
    reads: [a, b, ...(partial ? [] : [...(residual ? [residual] : []), ...ending.reads])],
    writes: partial ? [target] : ending.writes,
    flops: costOf(context),
    inPlace: partial ? [] : inPlace,
  });
  if (!partial) return [...before, product];
  const count = batch * m * n;
  const reduce = kernel({
    symbol: instance('matmul_reduce', { OUT: out, RES: res, RESIDUAL: +!!residual, ...ending.macros }),
    args: [
      bufferArg(partial),
      bufferArg(ending.sums),
      residual ? bufferArg(residual) : intArg(0),
      ...ints(count, splits, n),
      ...others,
    ],
    grid: [Math.ceil(count / 256), 1, 1],
    block: 256,
    reads: [partial, ...(residual ? [residual] : []), ...ending.reads],
    writes: ending.writes,
    inPlace,
  });
  return [...before, product, reduce];
}

function plainMatmul(context: TemplateContext): Launch[] {
  const { node, inputs } = context;
  const ending = cudaEnding(context, false);
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const [a, b, residual] = inputs;
  const symbol = instance('matmul_f32', {
    ...{ TA: +!!node.attrs.ta, TB: +!!node.attrs.tb, A: elementOf(context, a), B: elementOf(context, b) },
    OUT: elementOf(context, ending.sums),
    ...{ RES: residual ? elementOf(context, residual) : 'float', RESIDUAL: +!!residual },
    ...ending.macros,
  });
  return [
    kernel({
      symbol,
      args: [
        bufferArg(a),
        bufferArg(b),
        bufferArg(ending.sums),
        residual ? bufferArg(residual) : intArg(0),
      ].concat(ints(batch, m, n, k, k), ending.others.map(bufferArg)),
      grid: [Math.ceil(m / 64) * Math.ceil(n / 64), 1, batch],
      block: 256,
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      flops: costOf(context),
    }),
  ];
}

/** The runtime hands this launch to cuBLASLt; its arguments are a, b, c, residual, sizes, flags and types. */
function cublasMatmul(context: TemplateContext, precision: 'bf16' | 'f32'): Launch[] {
  const { node, outputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const before: Launch[] = [];
  const element = precision === 'bf16' ? 'bf16' : 'float';
  const [a, b] = [0, 1].map((i) => asElements(context, i, element, before));
  const residual = context.inputs[2] && asElements(context, 2, elementOf(context, outputs[0]), before);
  const flags = ints(
    +!!node.attrs.ta,
    +!!node.attrs.tb,
    +(element === 'bf16'),
    +(elementOf(context, outputs[0]) === 'bf16'),
  );
  return [
    ...before,
    kernel({
      symbol: 'cublaslt',
      args: [
        bufferArg(a),
        bufferArg(b),
        bufferArg(outputs[0]),
        residual ? bufferArg(residual) : intArg(0),
      ].concat(ints(batch, m, n, k), flags),
      grid: [1, 1, 1],
      block: 1,
      reads: [a, b, ...(residual ? [residual] : [])],
      writes: outputs,
      flops: costOf(context),
      inPlace: residual ? [[outputs[0], residual]] : [],
    }),
  ];
}

function crossEntropy(context: TemplateContext): Launch[] {
  const { node, inputs, outputs } = context;
  const [n, v] = node.inputs[0].shape;
  const symbol = instance('cross_entropy', { LT: elementOf(context, inputs[0]), VECTOR: +(v % 8 === 0) });
  const args = [...[...inputs, ...outputs].map(bufferArg), ...ints(n, v)];
  return [
    kernel({
      symbol,
      args,
      grid: [n, 1, 1],
      block: 512,
      reads: inputs,
      writes: outputs,
      flops: costOf(context),
    }),
  ];
}

function crossEntropyBackward(context: TemplateContext): Launch[] {
  const { node, inputs, outputs } = context;
  const [n, v] = node.inputs[0].shape;
  const [from, to] = [elementOf(context, inputs[0]), elementOf(context, outputs[0])];
  return [
    kernel({
      symbol: instance('cross_entropy_bwd', { LT: from, OUT: to, VECTOR: +(v % 8 === 0) }),
      args: [...[...inputs, ...outputs].map(bufferArg), ...ints(n, v)],
      grid: [n, 1, 1],
      block: 512,
      reads: inputs,
      writes: outputs,
      inPlace: from === to ? [[outputs[0], inputs[0]]] : [],
      flops: costOf(context),
    }),
  ];
}

function gather(context: TemplateContext): Launch[] {
  const { node, inputs, outputs } = context;
  const [v, ...row] = node.inputs[0].shape;
  const [n, width] = [numel(node.inputs[1].shape), numel(row)];
  const macros = {
    TT: elementOf(context, inputs[0]),
    OUT: elementOf(context, outputs[0]),
    VECTOR: +(width % 8 === 0),
  };
  const args = [...[...inputs, ...outputs].map(bufferArg), ...ints(n, width, v)];
  return [
    kernel({
      symbol: instance('gather', macros),
      args,
      grid: [n, 1, 1],
      block: 128,
      reads: inputs,
      writes: outputs,
    }),
  ];
}

const SCATTER = { rows: 32, columns: 256, list: 1024 };
function scatterAdd(context: TemplateContext): Launch[] {
  const { node, inputs, outputs } = context;
  const [v, ...row] = node.shape;
  const [n, width] = [numel(node.inputs[1].shape), numel(row)];
  const [base, , update] = inputs.map((x) => elementOf(context, x));
  return [
    kernel({
      symbol: instance('scatter_add', { BT: base, UT: update, OUT: elementOf(context, outputs[0]) }),
      args: [...[...inputs, ...outputs].map(bufferArg), ...ints(n, width, v)],
      grid: [Math.ceil(v / SCATTER.rows), Math.ceil(width / SCATTER.columns), 1],
      block: SCATTER.columns,
      scratch: 4 * (SCATTER.rows * SCATTER.columns + 2 * SCATTER.list + 32),
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
}

function cacheUpdate(context: TemplateContext): Launch[] {
  const { node, inputs } = context;
  const [rows, ...row] = node.shape;
  const element = elementOf(context, inputs[0]);
  const after: Launch[] = [];
  const to = outputAs(context, 0, element, after);
  return [
    kernel({
      symbol: instance('cache_update', { CT: element, RT: elementOf(context, inputs[1]) }),
      args: [...[...inputs, to].map(bufferArg), ...ints(rows, numel(row))],
      grid: [Math.min(256, Math.ceil((rows * numel(row)) / 256)), 1, 1],
      block: 256,
      reads: inputs,
      writes: [to],
      inPlace: [[to, inputs[0]]],
    }),
    ...after,
  ];
}

export function cudaTemplates(options: CudaTemplateOptions): ReadonlyMap<string, Template> {
  const { precision, cublasLt } = options;
  const matmul = (context: TemplateContext): readonly Launch[] => {
    const { k } = matmulSizes(
      context.node.inputs[0].types[0],
      context.node.inputs[1].types[0],
      context.node.attrs,
    );
    if (cublasLt && isAligned(context.node)) return cublasMatmul(context, precision);
    return precision === 'bf16' && k >= 8 ? tensorCoreMatmul(context) : plainMatmul(context);
  };
  return new Map<string, Template>([
    ['matmul', matmul],
    // In bfloat16 the decomposition is faster: its windows are written, but multiplied by tensor cores.
    ...(precision === 'f32' ? [['conv', gpuConv(cudaDialect)] as const] : []),
    ['attention', (c) => attention(c, precision)],
    ['attention_bwd', (c) => attentionBackward(c, precision)],
    ['attention_decode', attentionDecode],
    ['cache_update', cacheUpdate],
    ['cross_entropy', crossEntropy],
    ['cross_entropy_bwd', crossEntropyBackward],
    ['gather', gather],
    ['scatter_add', scatterAdd],
    ['global_norm', globalNorm],
    ['adamw', adamw],
  ]);
}
