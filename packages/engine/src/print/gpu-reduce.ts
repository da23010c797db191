// Reductions among the threads of a workgroup as fixed trees. Halving in shared memory and exchanging registers
// by xor add the same pairs in the same order (a + b has the bits of b + a), so both give the same result.

import type { DType } from '../core/shape.ts';
import type { GpuDialect } from './gpu-dialect.ts';

interface GroupReduction {
  readonly op: string;
  readonly dtype: DType;
  /** A variable of every thread: its part before, the result after. */
  readonly name: string;
  /** Name of the workgroup's shared array of one element per thread; asked for only where it is needed. */
  readonly scratch: () => string;
}

const combine = (d: GpuDialect, r: GroupReduction, x: string, y: string) =>
  d.apply(r.op === 'sum' ? 'add' : 'max', [x, y], [r.dtype, r.dtype]);

/** Over `lanes` neighbouring threads (a power of two); every one of them gets the result. Needs `t` and `lane`. */
export function reduceLanes(d: GpuDialect, r: GroupReduction & { readonly lanes: number }): string[] {
  const shuffled = d.shuffleXor ? Math.min(r.lanes, d.shuffleWidth) : 1;
  const out: string[] = [];
  if (r.lanes > shuffled) {
    const scratch = r.scratch();
    out.push(`${scratch}[t] = ${r.name};`, d.barrier);
    for (let m = r.lanes / 2; m >= shuffled; m /= 2) {
      out.push(
        `if (lane < ${m}) { ${scratch}[t] = ${combine(d, r, `${scratch}[t]`, `${scratch}[t + ${m}]`)}; }`,
      );
      out.push(d.barrier);
    }
    // The first `shuffled` lanes hold the rest of the tree; every lane takes its part of it.
    out.push(`${r.name} = ${scratch}[t - lane + lane % ${shuffled}];`, d.barrier);
  }
  for (let m = shuffled / 2; m >= 1; m /= 2) {
    out.push(`${r.name} = ${combine(d, r, r.name, d.shuffleXor!(r.name, m))};`);
  }
  return out;
}

/** Over `depth` threads that are `width` apart; the threads t < width get the result. */
export function reduceColumns(
  d: GpuDialect,
  r: GroupReduction & { readonly width: number; readonly depth: number },
): string[] {
  if (r.depth === 1) return [];
  const scratch = r.scratch();
  const out = [`${scratch}[t] = ${r.name};`, d.barrier];
  for (let m = r.depth / 2; m >= 1; m /= 2) {
    const sum = combine(d, r, `${scratch}[t]`, `${scratch}[t + ${m * r.width}]`);
    out.push(`if (t < ${m * r.width}) { ${scratch}[t] = ${sum}; }`, d.barrier);
  }
  out.push(`${r.name} = ${scratch}[t];`);
  return out;
}
