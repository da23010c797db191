// Arguments of launches in host memory that stays put: the driver reads them when a launch is recorded, and the
// recorded graph keeps its own copy.

import koffi from 'koffi';
import type { Arg, Launch } from '../../schedule/launch.ts';

const floatBits = new DataView(new ArrayBuffer(4));

export function wordOf(arg: Arg, addressOf: (buffer: string) => number): bigint {
  if (arg.kind === 'buffer') return BigInt(addressOf(arg.buffer) + arg.byteOffset);
  if (arg.kind === 'int') return BigInt(arg.value);
  if (arg.kind === 'kernel') throw new Error(`${arg.symbol} has no address that a launch could be given`);
  floatBits.setFloat32(0, arg.value, true);
  return BigInt(floatBits.getUint32(0, true));
}

export interface BoundArguments {
  /** Address of the array of argument addresses of launch i. */
  params(i: number): number;
  /** Keeps the memory alive. */
  readonly memory: BigUint64Array;
}

/** For every launch its arguments as words, and behind them the addresses of those words. */
export function bindArguments(
  launches: readonly Launch[],
  addressOf: (buffer: string) => number,
  tableOf: (launch: number) => number | undefined,
): BoundArguments {
  const lists = launches.map((launch, i) => {
    const table = tableOf(i);
    const words = launch.args.map((arg) => wordOf(arg, addressOf));
    return table === undefined ? words : [BigInt(table), ...words];
  });
  const total = lists.reduce((n, words) => n + words.length, 0);
  // An explicit buffer is outside the collector's heap, so its address is good for as long as it lives.
  const memory = new BigUint64Array(new ArrayBuffer(Math.max(4096, 16 * total)));
  const base = Number(koffi.address(memory));
  const starts: number[] = [];
  let at = 0;
  for (const words of lists) {
    starts.push(at);
    for (const word of words) {
      memory[at] = BigInt.asUintN(64, word);
      memory[total + at] = BigInt(base + 8 * at);
      at++;
    }
  }
  return { memory, params: (i) => base + 8 * (total + starts[i]) };
}
