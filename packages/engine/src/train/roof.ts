// What a device can do at best, measured: products of matrices for arithmetic, a sum of long vectors for memory. A step
// is set against it. A machine that others use too has another roof every minute, so that a roof can be measured again
// between steps; the best that was ever seen counts.

import { GraphBuilder } from '../core/builder.ts';
import type { AsyncDevice, AsyncExecutable } from '../runtime/async-device.ts';
import { openCpu } from '../runtime/cpu.ts';
import type { Device, Executable } from '../runtime/device.ts';
import type { Trace } from '../schedule/program.ts';
import type { DeviceName } from './open-trainer.ts';

/** The best rates seen so far. */
export interface Roof {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface RoofMeter {
  /** Measures once more, for about `milliseconds`, and returns the best of all times. */
  measure(milliseconds?: number): Promise<Roof>;
  /**
   * The best so far, measured again only when that costs less than a hundredth of the time since. `seen` is a rate that
   * the device has just kept up: no roof is lower.
   */
  between(seen?: number): Promise<Roof>;
  dispose(): void;
}

const SIZE = 1024;
/** Three vectors of 64 MiB: far beyond the caches. */
const LENGTH = 2 ** 24;
const MOST_ROUNDS = 12;
const COST = 100;

function productTrace(): Trace {
  const builder = new GraphBuilder();
  const product = builder.matmul(builder.param('a', [SIZE, SIZE]), builder.param('b', [SIZE, SIZE]));
  // A second product keeps a device's queue from measuring one launch alone.
  return { builder, outputs: new Map([['out', builder.matmul(product, builder.param('b', [SIZE, SIZE]))]]) };
}

function sumTrace(): Trace {
  const builder = new GraphBuilder();
  const rows = [LENGTH / SIZE, SIZE];
  return {
    builder,
    outputs: new Map([['out', builder.add(builder.param('a', rows), builder.param('b', rows))]]),
  };
}

interface RoofOptions {
  readonly threads?: number;
  readonly cacheDir?: string;
}

interface Timed {
  readonly program: Executable | AsyncExecutable;
  /** Flops or bytes of a run. */
  readonly work: number;
  best: number;
}

/** @throws DeviceUnavailable */
export async function openRoofMeter(name: DeviceName, options: RoofOptions): Promise<RoofMeter> {
  const device = await openDevice(name, options);
  const timed = async (trace: Trace, elements: number, work: number): Promise<Timed> => {
    const program = await device.compile(trace);
    const values = new Float32Array(elements).fill(0.5);
    for (const param of ['a', 'b']) program.write(param, values);
    return { program, work, best: 0 };
  };
  const product = await timed(productTrace(), SIZE * SIZE, 2 * 2 * SIZE ** 3);
  const sum = await timed(sumTrace(), LENGTH, 3 * 4 * LENGTH);
  const once = async (what: Timed) => {
    const startedAt = performance.now();
    what.program.run();
    // A driver whose run returns early has still to finish.
    if ('idle' in what.program) await what.program.idle();
    what.best = Math.max(what.best, what.work / ((performance.now() - startedAt) / 1000));
  };
  const roof = (): Roof => ({ flopsPerSecond: product.best, bytesPerSecond: sum.best });
  let [endedAt, cost] = [0, 0];
  const measure = async (milliseconds = 500) => {
    const begin = performance.now();
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      await once(product);
      await once(sum);
      endedAt = performance.now();
      cost = (endedAt - begin) / round;
      if (endedAt - begin > milliseconds) break;
    }
    return roof();
  };
  return {
    measure,
    async between(seen = 0) {
      product.best = Math.max(product.best, seen);
      return performance.now() - endedAt > COST * cost ? measure(0) : roof();
    },
    dispose: () => device.dispose(),
  };
}

async function openDevice(name: DeviceName, options: RoofOptions): Promise<Device | AsyncDevice> {
  if (name === 'cpu') return openCpu(options);
  if (name === 'cuda')
    return (await import('../runtime/cuda/cuda.ts')).openCuda({ cacheDir: options.cacheDir });
  return (await import('../runtime/webgpu/node.ts')).openWebGpuInNode();
}
