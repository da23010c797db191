// Data parallel training: every process computes gradients of its own batch; before they are used they are gathered
// into one contiguous buffer, added over all GPUs by one call, and averaged back. Found in the program by its
// optimiser, so that models and traces know nothing of it.

import { instance } from '../../kernels/cuda/instances.ts';
import { kernel } from '../../kernels/cuda/operands.ts';
import { type Arg, floatArg, intArg, type Launch } from '../../schedule/launch.ts';
import type { Program } from '../../schedule/program.ts';

export const ALL_REDUCE = 'nccl';
const FLAT = 'gradients.flat';
/** Words of a row of the optimiser's table, and the place of the gradient in it. */
const ROW = 10;
const GRADIENT = 1;
const COUNT = 8;
const ALIGNMENT = 256;

const align = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;
const at = (byteOffset: number): Arg => ({ kind: 'buffer', buffer: FLAT, byteOffset });

interface Chunk {
  readonly gradient: Extract<Arg, { kind: 'buffer' }>;
  readonly count: number;
}

function gradientChunks(program: Program): Chunk[] {
  const chunks: Chunk[] = [];
  for (const { symbol, table } of program.launches) {
    if (symbol !== 'adamw' || !table) continue;
    for (let row = 0; row < table.length; row += ROW) {
      const [gradient, count] = [table[row + GRADIENT], table[row + COUNT]];
      if (gradient.kind === 'buffer' && count.kind === 'int') chunks.push({ gradient, count: count.value });
    }
  }
  if (chunks.length === 0)
    throw new Error('a program without an optimiser has no gradients to add over GPUs');
  return chunks;
}

/** The program with its gradients averaged over `world` processes before anything reads them. */
export function averageGradients(program: Program, world: number): Program {
  const chunks = gradientChunks(program);
  const gradients = [...new Set(chunks.map((c) => c.gradient.buffer))];
  const first = program.launches.findIndex((l) => ['norm_partial', 'adamw'].includes(l.symbol));
  const early = program.launches.slice(first).find((l) => l.writes.some((w) => gradients.includes(w)));
  if (early) throw new Error(`${early.symbol} writes a gradient after the first use of gradients`);

  let bytes = 0;
  const table = chunks.flatMap(({ gradient, count }): Arg[] => {
    const row = [gradient, at(bytes), intArg(count)];
    bytes += align(4 * count);
    return row;
  });
  const move = (flat: 0 | 1): Launch =>
    kernel({
      ...{ symbol: instance('flat', { FLAT: flat }), table, args: [floatArg(flat ? 1 : 1 / world)] },
      ...{ grid: [chunks.length, 1, 1], block: 256 },
      reads: flat ? gradients : [FLAT],
      writes: flat ? [FLAT] : gradients,
    });
  const reduce = kernel({
    ...{ symbol: ALL_REDUCE, args: [at(0), intArg(bytes / 4)], grid: [1, 1, 1], block: 1 },
    ...{ reads: [FLAT], writes: [FLAT] },
  });
  const launches = [
    ...program.launches.slice(0, first),
    move(1),
    reduce,
    move(0),
    ...program.launches.slice(first),
  ];
  const start = align(program.plan.size);
  return {
    ...program,
    launches,
    buffers: new Map(program.buffers).set(FLAT, {
      id: FLAT,
      elements: bytes / 4,
      dtype: 'f32',
      persistent: true,
    }),
    plan: {
      ...program.plan,
      offsets: new Map(program.plan.offsets).set(FLAT, start),
      size: start + bytes,
    },
  };
}
