// Launches of matrix products: how operands are packed and cut (decision record 0011).

import { addends, matmulSizes } from '../../../core/ops/matmul.ts';
import { BYTES_PER_ELEMENT } from '../../../core/shape.ts';
import {
  type Arg,
  type BlockStorage,
  bufferArg,
  intArg,
  isBlocks,
  type Launch,
  type Template,
  type TemplateContext,
} from '../../../schedule/launch.ts';
import { endingOf, inPlaceOf } from '../../ending.ts';
import { CHUNK, costOf, epilogueArgs, gemmScratch, launch } from './common.ts';

/** Up to here A is one block of rows for which B is packed on the way; longer ones share a B packed before. */
const ONE_BLOCK_ROWS = 280;
const MAX_BLOCK_ROWS = 266;
const MAX_BLOCK_COLUMNS = 512;
/** Columns that one task packs; a whole number of panels for every width of panel (32, 16 and 12). */
const PACKED_COLUMNS = 96;
/** Parts there should be at least, so that threads share them evenly even when one of them is held up. */
const ENOUGH_PARTS = 8;
const MIN_BLOCK_ROWS = 84;

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
  // Even numbers, so that two threads have the same to do.
  const wanted = 2 * Math.ceil(ENOUGH_PARTS / columns / 2);
  const most = 2 * Math.floor(Math.ceil(m / MIN_BLOCK_ROWS) / 2);
  return { rows: Math.max(Math.ceil(m / MAX_BLOCK_ROWS), Math.min(wanted, most)), columns };
}

/** Rows of x up to which a product with a transposed matrix sums each row as it would alone: floats, and blocks. */
export const MATVEC_ROWS = { floats: 4, blocks: 8 } as const;
/** The strip of a matrix in blocks that a longer product unpacks. */
const STRIP_ROWS = 96;
/** What kernels over a storage in blocks are called. */
export const BLOCK_SYMBOLS = { Q8_0: 'ts_q8', Q4_0: 'ts_q4' } as const;

/** x [m, k] times a matrix [n, k] kept in blocks. */
function blockProduct(context: TemplateContext, storage: BlockStorage): Launch[] {
  const { node, inputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const ending = endingOf(context);
  if (batch !== 1 || node.attrs.ta || !node.attrs.tb || k % 32 !== 0) {
    throw new Error(`a matrix in ${storage} is [out, in] with whole blocks of 32 along in, not [${n}, ${k}]`);
  }
  const { residual, bias } = addends(inputs, node.attrs);
  const few = m <= MATVEC_ROWS.blocks;
  const per = few ? 4 * Math.max(2, Math.ceil(CHUNK / k / 4)) : STRIP_ROWS;
  const addresses = [residual, bias].map((addend) => (addend ? bufferArg(addend) : intArg(0)));
  return [
    launch({
      symbol: `${BLOCK_SYMBOLS[storage]}_${few ? 'matvec' : 'matmul'}`,
      args: [
        ...[inputs[0], inputs[1], ending.sums].map(bufferArg),
        ...addresses,
        ...[1, m, n, k, 0, 1, per, 0].map(intArg),
        ...epilogueArgs(context, ending),
      ],
      tasks: Math.ceil(n / per),
      scratch: few ? 0 : BYTES_PER_ELEMENT * per * k + gemmScratch(m, per),
      reads: [...inputs, ...ending.reads],
      writes: ending.writes,
      inPlace: inPlaceOf(ending, residual),
      flops: costOf(context),
    }),
  ];
}

export const matmul: Template = (context) => {
  const { node, inputs } = context;
  const blocks = context.storage(inputs[1]);
  if (isBlocks(blocks)) return blockProduct(context, blocks);
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const { residual, bias } = addends(inputs, node.attrs);
  const ending = endingOf(context);
  const then = epilogueArgs(context, ending);
  const common = {
    writes: ending.writes,
    inPlace: inPlaceOf(ending, residual),
    flops: costOf(context),
  };
  const flags = [node.attrs.ta ? 1 : 0, node.attrs.tb ? 1 : 0];
  const operands = (b: string): Arg[] => [
    bufferArg(inputs[0]),
    bufferArg(b),
    bufferArg(ending.sums),
    ...[residual, bias].map((addend) => (addend ? bufferArg(addend) : intArg(0))),
    ...[batch, m, n, k, ...flags].map(intArg),
  ];
  if (m <= MATVEC_ROWS.floats && batch === 1 && node.attrs.tb && !node.attrs.ta) {
    const perTask = Math.max(8, Math.ceil(CHUNK / k));
    const args = [...operands(inputs[1]), intArg(perTask), intArg(0), ...then];
    const reads = [...inputs, ...ending.reads];
    return [launch({ ...common, reads, symbol: 'ts_matvec', args, tasks: Math.ceil(n / perTask) })];
  }
  const packs = batch === 1 && m > ONE_BLOCK_ROWS;
  const { rows, columns } = packs ? largeParts(m, n) : smallParts(m, n);
  // Parts are whole tiles or panels, one more in some than in others.
  const scratch = gemmScratch(Math.ceil(m / rows) + 28, Math.ceil(n / columns) + 64);
  const b = packs ? context.temporary((n + 32) * k) : inputs[1];
  const product = launch({
    ...common,
    reads: [...inputs.map((id, i) => (i === 1 ? b : id)), ...ending.reads],
    symbol: packs ? 'ts_matmul_packed' : 'ts_matmul',
    args: [...operands(b), intArg(rows), intArg(columns), ...then],
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
