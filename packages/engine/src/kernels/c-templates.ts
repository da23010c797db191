// Lowers composites to the hand-written C kernels beside this file. Block sizes depend on shapes only.

import { addends, matmulSizes } from '../core/ops/matmul.ts';
import { opRow } from '../core/ops.ts';
import { BYTES_PER_ELEMENT, numel } from '../core/shape.ts';
import {
  type Arg,
  type BlockStorage,
  bufferArg,
  floatArg,
  intArg,
  isBlocks,
  type Launch,
  type Template,
  type TemplateContext,
} from '../schedule/launch.ts';

/** Upper bounds over all instruction sets of the packing space in gemm.h, in bytes. */
const DEPTH = 384;
const gemmScratch = (m: number, n: number) => BYTES_PER_ELEMENT * ((m + 14 + n + 32) * DEPTH + 14 * 32);

/** Rows of queries per block of the attention kernels. */
const QUERY_BLOCK = 64;
const CHUNK = 16384;
const MAX_BLOCK_ROWS = 266;
const MAX_BLOCK_COLUMNS = 512;

const launch = (
  parts: Pick<Launch, 'symbol' | 'args' | 'tasks' | 'reads' | 'writes'> & Partial<Launch>,
): Launch => ({ scratch: 0, inPlace: [], flops: 0, ...parts });

const costOf: (c: Parameters<Template>[0]) => number = ({ node }) =>
  opRow(node.op).cost?.(
    node.inputs.map((n) => n.types[0]),
    node.types,
    node.attrs,
  ).flops ?? 0;

/** Up to here A is one block of rows for which B is packed on the way; longer ones share a B packed before. */
const ONE_BLOCK_ROWS = 280;
/** Columns that one task packs; a whole number of panels for every width of panel (32, 16 and 12). */
const PACKED_COLUMNS = 96;
/** Parts there should be at least, so that threads share them evenly even when one of them is held up. */
const ENOUGH_PARTS = 8;
const MIN_BLOCK_ROWS = 126;

/** Into how many parts C is cut when each packs its own operands: few, because packing is then repeated. */
function smallParts(m: number, n: number): { rows: number; columns: number } {
  let rows = Math.ceil(m / ONE_BLOCK_ROWS);
  let columns = Math.ceil(n / MAX_BLOCK_COLUMNS);
  while (rows * columns < 4 && Math.max(m / rows, n / columns) >= 128) {
    if (m / rows >= n / columns) rows++;
    else columns++;
  }
  return { rows, columns };
}

/** Into how many parts C is cut when B is packed before: A's rows stay in the second-level cache. */
function largeParts(m: number, n: number): { rows: number; columns: number } {
  const columns = Math.ceil(n / MAX_BLOCK_COLUMNS);
  const rows = Math.max(
    Math.ceil(m / MAX_BLOCK_ROWS),
    Math.min(Math.ceil(ENOUGH_PARTS / columns), Math.ceil(m / MIN_BLOCK_ROWS)),
  );
  return { rows, columns };
}

/** Rows of x up to which a product reads each block once, and the strip of the matrix that a longer one unpacks. */
const MATVEC_ROWS = 8;
const STRIP_ROWS = 96;
const BLOCK_SYMBOLS = { Q8_0: 'ts_q8', Q4_0: 'ts_q4' } as const;

/** x [m, k] times a matrix [n, k] kept in blocks. */
function blockProduct(context: TemplateContext, storage: BlockStorage): Launch[] {
  const { node, inputs, outputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  if (batch !== 1 || node.attrs.ta || !node.attrs.tb || k % 32 !== 0) {
    throw new Error(`a matrix in ${storage} is [out, in] with whole blocks of 32 along in, not [${n}, ${k}]`);
  }
  const { residual, bias } = addends(inputs, node.attrs);
  const few = m <= MATVEC_ROWS;
  const per = few ? 4 * Math.max(2, Math.ceil(CHUNK / k / 4)) : STRIP_ROWS;
  const addresses = [residual, bias].map((addend) => (addend ? bufferArg(addend) : intArg(0)));
  return [
    launch({
      symbol: `${BLOCK_SYMBOLS[storage]}_${few ? 'matvec' : 'matmul'}`,
      args: [
        ...[inputs[0], inputs[1], outputs[0]].map(bufferArg),
        ...addresses,
        ...[1, m, n, k, 0, 1, per].map(intArg),
      ],
      tasks: Math.ceil(n / per),
      scratch: few ? 0 : BYTES_PER_ELEMENT * per * k + gemmScratch(m, per),
      reads: inputs,
      writes: outputs,
      inPlace: residual ? [[outputs[0], residual]] : [],
      flops: costOf(context),
    }),
  ];
}

const matmul: Template = (context) => {
  const { node, inputs, outputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const { residual, bias } = addends(inputs, node.attrs);
  const common = {
    writes: outputs,
    inPlace: residual ? [[outputs[0], residual] as const] : [],
    flops: costOf(context),
  };
  const flags = [node.attrs.ta ? 1 : 0, node.attrs.tb ? 1 : 0];
  const blocks = context.storage(inputs[1]);
  if (isBlocks(blocks)) return blockProduct(context, blocks);
  const operands = (b: string): Arg[] => [
    bufferArg(inputs[0]),
    bufferArg(b),
    bufferArg(outputs[0]),
    ...[residual, bias].map((addend) => (addend ? bufferArg(addend) : intArg(0))),
    ...[batch, m, n, k, ...flags].map(intArg),
  ];
  if (m <= 4 && batch === 1 && node.attrs.tb && !node.attrs.ta) {
    const perTask = Math.max(8, Math.ceil(CHUNK / k));
    const args = [...operands(inputs[1]), intArg(perTask)];
    return [launch({ ...common, reads: inputs, symbol: 'ts_matvec', args, tasks: Math.ceil(n / perTask) })];
  }
  const packs = batch === 1 && m > ONE_BLOCK_ROWS;
  const { rows, columns } = packs ? largeParts(m, n) : smallParts(m, n);
  const scratch = gemmScratch(Math.ceil(m / rows) + 14, Math.ceil(n / columns) + 32);
  const b = packs ? context.temporary((n + 32) * k) : inputs[1];
  const product = launch({
    ...common,
    reads: inputs.map((id, i) => (i === 1 ? b : id)),
    symbol: packs ? 'ts_matmul_packed' : 'ts_matmul',
    args: [...operands(b), intArg(rows), intArg(columns)],
    tasks: batch * rows * columns,
    scratch,
  });
  if (!packs) return [product];
  const pack = launch({
    reads: [inputs[1]],
    writes: [b],
    symbol: 'ts_pack_b',
    args: [bufferArg(inputs[1]), bufferArg(b), ...[n, k, flags[1], PACKED_COLUMNS].map(intArg)],
    tasks: Math.ceil(n / PACKED_COLUMNS),
  });
  return [pack, product];
};

/** Sizes (B, T, S, Hq, Hkv, D), causal, scale: the tail of the attention kernels' arguments. */
function attentionArgs(node: Parameters<Template>[0]['node']): Arg[] {
  const [b, t, hq, d] = node.inputs[0].shape;
  const [, s, hk] = node.inputs[1].shape;
  return [
    ...[b, t, s, hq, hk, d, node.attrs.causal ? 1 : 0].map(intArg),
    floatArg(node.attrs.scale as number),
  ];
}

function attentionScratch(node: Parameters<Template>[0]['node'], squares: number): number {
  const s = node.inputs[1].shape[1];
  const d = node.inputs[0].shape[3];
  const widest = Math.max(s, d);
  return BYTES_PER_ELEMENT * squares * QUERY_BLOCK * s + gemmScratch(Math.max(QUERY_BLOCK, s), widest);
}

const attention: Template = (context) => {
  const { node, inputs, outputs } = context;
  const [b, t, hq] = node.inputs[0].shape;
  return [
    launch({
      symbol: 'ts_attention',
      args: [...[...inputs, ...outputs].map(bufferArg), ...attentionArgs(node)],
      tasks: b * hq * Math.ceil(t / QUERY_BLOCK),
      scratch: attentionScratch(node, 1),
      reads: inputs,
      writes: outputs,
      flops: costOf(context),
    }),
  ];
};

const attentionBackward: Template = (context) => {
  const { node, inputs, outputs } = context;
  const b = node.inputs[0].shape[0];
  const hk = node.inputs[1].shape[2];
  return [
    launch({
      symbol: 'ts_attention_bwd',
      args: [...[...inputs, ...outputs].map(bufferArg), ...attentionArgs(node)],
      tasks: b * hk,
      scratch: attentionScratch(node, 2),
      reads: inputs,
      writes: outputs,
      flops: costOf(context),
    }),
  ];
};

const attentionDecode: Template = ({ node, inputs, outputs }) => {
  const [hq, d] = node.inputs[0].shape;
  const [s, hk] = node.inputs[1].shape;
  return [
    launch({
      symbol: 'ts_attention_decode',
      args: [
        ...[...inputs, ...outputs].map(bufferArg),
        ...[hq, hk, d].map(intArg),
        floatArg(node.attrs.scale as number),
      ],
      tasks: hq,
      scratch: BYTES_PER_ELEMENT * s,
      reads: inputs,
      writes: outputs,
    }),
  ];
};

const cacheUpdate: Template = ({ node, inputs, outputs }) => {
  const [s, ...row] = node.shape;
  return [
    launch({
      symbol: 'ts_cache_update',
      args: [...[...inputs, ...outputs].map(bufferArg), intArg(s), intArg(numel(row))],
      tasks: 1,
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};

function crossEntropyTemplate(symbol: string, inPlace: boolean): Template {
  return (context) => {
    const { inputs, outputs } = context;
    const [n, v] = context.node.inputs[0].shape;
    const perTask = Math.max(1, Math.floor(CHUNK / v));
    return [
      launch({
        symbol,
        args: [...[...inputs, ...outputs].map(bufferArg), ...[n, v, perTask].map(intArg)],
        tasks: Math.ceil(n / perTask),
        reads: inputs,
        writes: outputs,
        inPlace: inPlace ? [[outputs[0], inputs[0]]] : [],
        flops: costOf(context),
      }),
    ];
  };
}

/** Rows of a block of the attention kernel over caches. */
const CACHED_ROWS = 32;

const attentionRows: Template = (context) => {
  const { node, inputs, outputs } = context;
  const [rows, heads, d] = node.inputs[0].shape;
  const [z, kv, s] = node.inputs[1].shape;
  const work = gemmScratch(CACHED_ROWS, Math.max(s, d));
  return [
    launch({
      symbol: 'ts_attention_rows',
      args: [
        ...[...inputs, ...outputs].map(bufferArg),
        ...[rows, heads, kv, d, z, s].map(intArg),
        floatArg(node.attrs.scale as number),
      ],
      tasks: heads * Math.ceil(rows / CACHED_ROWS),
      scratch: BYTES_PER_ELEMENT * CACHED_ROWS * s + work,
      reads: inputs,
      writes: outputs,
      flops: costOf(context),
    }),
  ];
};

const cacheWrite: Template = ({ node, inputs, outputs }) => [
  launch({
    symbol: 'ts_cache_write',
    args: [
      ...[...inputs, ...outputs].map(bufferArg),
      ...[...node.shape, node.inputs[1].shape[0]].map(intArg),
    ],
    tasks: 1,
    reads: inputs,
    writes: outputs,
    inPlace: [[outputs[0], inputs[0]]],
  }),
];

const gather: Template = ({ node, inputs, outputs, storage }) => {
  const [v, ...row] = node.inputs[0].shape;
  const n = numel(node.inputs[1].shape);
  const width = numel(row);
  const perTask = Math.max(1, Math.floor(CHUNK / width));
  const kept = storage(inputs[0]);
  return [
    launch({
      symbol: isBlocks(kept) ? `${BLOCK_SYMBOLS[kept]}_gather` : 'ts_gather',
      args: [...[...inputs, ...outputs].map(bufferArg), ...[n, width, v, perTask].map(intArg)],
      tasks: Math.ceil(n / perTask),
      reads: inputs,
      writes: outputs,
    }),
  ];
};

const scatterAdd: Template = ({ node, inputs, outputs }) => {
  const [v, ...row] = node.shape;
  const perTask = Math.ceil(v / 32);
  return [
    launch({
      symbol: 'ts_scatter_add',
      args: [
        ...[...inputs, ...outputs].map(bufferArg),
        ...[numel(node.inputs[1].shape), numel(row), v, perTask].map(intArg),
      ],
      tasks: Math.ceil(v / perTask),
      reads: inputs,
      writes: outputs,
      inPlace: [[outputs[0], inputs[0]]],
    }),
  ];
};

/** Fixed chunks of a tensor: (first element, count). */
function chunksOf(elements: number): { first: number; count: number }[] {
  const out: { first: number; count: number }[] = [];
  for (let first = 0; first < elements; first += CHUNK) {
    out.push({ first, count: Math.min(CHUNK, elements - first) });
  }
  return out;
}

const at = (buffer: string, element: number): Arg => ({
  kind: 'buffer',
  buffer,
  byteOffset: element * BYTES_PER_ELEMENT,
});

const globalNorm: Template = (context) => {
  const { node, inputs, outputs } = context;
  const chunks = node.inputs.flatMap((n, i) =>
    chunksOf(numel(n.shape)).map((c) => ({ buffer: inputs[i], ...c })),
  );
  const partial = context.temporary(chunks.length);
  const list = chunks.flatMap((c) => [at(c.buffer, c.first), intArg(c.count)]);
  return [
    launch({
      symbol: 'ts_norm_partial',
      args: [bufferArg(partial), intArg(chunks.length), ...list],
      tasks: chunks.length,
      reads: inputs,
      writes: [partial],
      flops: costOf(context),
    }),
    launch({
      symbol: 'ts_norm_total',
      args: [bufferArg(partial), intArg(chunks.length), bufferArg(outputs[0])],
      tasks: 1,
      reads: [partial],
      writes: outputs,
    }),
  ];
};

const adamw: Template = (context) => {
  const { node, inputs, outputs } = context;
  const decay = node.attrs.decay as readonly number[];
  const n = decay.length;
  const { beta1, beta2, eps } = node.attrs as Record<string, number>;
  const part = (k: number, i: number) => inputs[2 + k * n + i];
  const inPlace: [string, string][] = [];
  const list = decay.flatMap((coefficient, i) => {
    const from = [0, 1, 2, 3].map((k) => part(k, i));
    const to = [0, 1, 2].map((k) => outputs[k * n + i]);
    inPlace.push([to[0], from[0]], [to[1], from[2]], [to[2], from[3]]);
    return chunksOf(numel(node.inputs[2 + i].shape)).map((c) => [
      ...[...from, ...to].map((buffer) => at(buffer, c.first)),
      intArg(c.count),
      floatArg(coefficient),
    ]);
  });
  const constants = [beta1, beta2, eps, 1 - beta1, 1 - beta2].map(floatArg);
  return [
    launch({
      symbol: 'ts_adamw',
      args: [bufferArg(inputs[0]), bufferArg(inputs[1]), ...constants, ...list.flat()],
      tasks: list.length,
      reads: inputs,
      writes: outputs,
      inPlace,
      flops: costOf(context),
    }),
  ];
};

export const cTemplates: ReadonlyMap<string, Template> = new Map<string, Template>([
  ['matmul', matmul],
  ['attention', attention],
  ['attention_bwd', attentionBackward],
  ['attention_decode', attentionDecode],
  ['cache_update', cacheUpdate],
  ['attention_rows', attentionRows],
  ['cache_write', cacheWrite],
  ['cross_entropy', crossEntropyTemplate('ts_cross_entropy', false)],
  ['cross_entropy_bwd', crossEntropyTemplate('ts_cross_entropy_bwd', true)],
  ['gather', gather],
  ['scatter_add', scatterAdd],
  ['global_norm', globalNorm],
  ['adamw', adamw],
]);
