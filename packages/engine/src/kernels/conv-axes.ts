// How the positions of a convolution's result read its source, axis by axis: what the kernels of all backends are told
// (decision record 0039).

import type { ConvSizes } from '../core/ops/conv.ts';

/** What a launch sees of one spatial axis. */
export interface ConvAxis {
  /** Places of the source. */
  readonly n: number;
  /** Positions of this launch: `first + every * r` of `full`. */
  readonly r: number;
  readonly first: number;
  readonly every: number;
  readonly full: number;
  /** Taps of this launch: `tap + tapEvery * t` of `taps`. */
  readonly t: number;
  readonly tap: number;
  readonly tapEvery: number;
  readonly taps: number;
  /** Position r and tap t read the source at (r * step + t * tapStep + offset) / spread. */
  readonly step: number;
  readonly tapStep: number;
  readonly offset: number;
  readonly spread: number;
}

const NO_AXIS: ConvAxis = {
  ...{ n: 1, r: 1, first: 0, every: 1, full: 1, t: 1, tap: 0, tapEvery: 1, taps: 1 },
  ...{ step: 1, tapStep: 1, offset: 0, spread: 1 },
};

/** Three axes, which is what kernels know; where the kernel is the result, positions are the output's. */
export function axesOf(s: ConvSizes): ConvAxis[] {
  const back = s.gives === 'input';
  const own = s.input.map((_, axis): ConvAxis => {
    const [stride, spread, dilation] = [s.stride[axis], s.spread[axis], s.dilation[axis]];
    const [source, full] = back ? [s.output[axis], s.input[axis]] : [s.input[axis], s.output[axis]];
    const taps = s.kernel[axis];
    return {
      ...{ n: source, r: full, first: 0, every: 1, full, t: taps, tap: 0, tapEvery: 1, taps },
      step: back ? spread : stride,
      tapStep: back ? -dilation : dilation,
      offset: back ? s.low[axis] : -s.low[axis],
      spread: back ? stride : spread,
    };
  });
  return [...new Array<ConvAxis>(3 - own.length).fill(NO_AXIS), ...own];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * A source that is spread has zeros between its places, and a position meets the others only with some of its taps, the
 * same for every position at a fixed distance. The axis falls into that many parts, none of which reads a zero.
 */
export function phasesOf(axis: ConvAxis): ConvAxis[] {
  const { spread, step, tapStep } = axis;
  if (spread === 1) return [axis];
  const every = spread / gcd(step, spread);
  const tapEvery = spread / gcd(Math.abs(tapStep), spread);
  return Array.from({ length: Math.min(every, axis.full) }, (_, first) => {
    const at = (tap: number) => step * first + tapStep * tap + axis.offset;
    const tap = Array.from({ length: Math.min(tapEvery, axis.taps) }, (_, i) => i).find(
      (i) => at(i) % spread === 0,
    );
    const part = { ...axis, first, every, r: Math.ceil((axis.full - first) / every), spread: 1 };
    if (tap === undefined) return { ...part, t: 0, step: 1, tapStep: 1, offset: 0 };
    return {
      ...part,
      ...{ tap, tapEvery, t: Math.ceil((axis.taps - tap) / tapEvery) },
      ...{ step: (step * every) / spread, tapStep: (tapStep * tapEvery) / spread, offset: at(tap) / spread },
    };
  });
}

/** The launches that a result falls into: the phases of every axis with those of the others. */
export const launchesOf = (axes: readonly ConvAxis[]): ConvAxis[][] =>
  axes
    .map(phasesOf)
    .reduce<ConvAxis[][]>((all, list) => all.flatMap((x) => list.map((y) => [...x, y])), [[]]);
