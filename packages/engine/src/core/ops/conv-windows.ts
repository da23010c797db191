// Sliding windows as movement alone: what a convolution decomposes to costs no op of its own.

import type { Builder, Node } from '../graph.ts';
import { spreadAxis } from './movement.ts';

export interface Windows {
  /** How many windows there are, and how far one begins behind the one before. */
  readonly positions: number;
  readonly step: number;
  /** How many elements a window has, and how far one lies behind the one before, or ahead of it (below zero). */
  readonly taps: number;
  readonly tapStep: number;
  /** Where the first tap of the first window lies. */
  readonly offset: number;
  /** The axis is read as if `spread - 1` zeros lay between its elements. */
  readonly spread: number;
}

const replaced = (shape: readonly number[], axis: number, ...sizes: readonly number[]) => [
  ...shape.slice(0, axis),
  ...sizes,
  ...shape.slice(axis + 1),
];

/** Element r of axis becomes [positions, taps], zeros where a tap lies outside: x [.., n, ..] to [.., positions, taps, ..]. */
export function windows(b: Builder, x: Node, axis: number, w: Windows): Node {
  const gap = Math.abs(w.tapStep);
  const first = w.tapStep < 0 ? w.offset - (w.taps - 1) * gap : w.offset;
  const length = (w.positions - 1) * w.step + (w.taps - 1) * gap + 1;
  const cut = cutAxis(b, spreadAxis(b, x, axis, w.spread), axis, first, length);
  if (w.taps === 1) return b.reshape(everyStep(b, cut, axis, w), replaced(x.shape, axis, w.positions, 1));
  // The axis repeated, and read in rows `gap` longer than it is: row t begins t * gap later.
  const copies = Math.ceil((w.taps * (length + gap)) / length);
  const wide = b.expand(
    b.reshape(cut, replaced(x.shape, axis, 1, length)),
    replaced(x.shape, axis, copies, length),
  );
  const flat = b.reshape(wide, replaced(x.shape, axis, copies * length));
  const whole = cutAxis(b, flat, axis, 0, w.taps * (length + gap));
  const rows = b.reshape(whole, replaced(x.shape, axis, w.taps, length + gap));
  const found = everyStep(b, rows, axis + 1, w);
  const turned = w.tapStep < 0 ? reversed(b, found, axis) : found;
  const order = turned.shape.map((_, i) => (i === axis ? axis + 1 : i === axis + 1 ? axis : i));
  return b.permute(turned, order);
}

/** x[from : from + length] of an axis, zeros beyond its ends. */
function cutAxis(b: Builder, x: Node, axis: number, from: number, length: number): Node {
  const n = x.shape[axis];
  const [start, end] = [Math.max(0, from), Math.min(n, from + length)];
  if (end <= start) return b.zeros(replaced(x.shape, axis, length));
  const along = (value: number, others: number) => x.shape.map((_, i) => (i === axis ? value : others));
  const kept = b.slice(x, along(start, 0), replaced(x.shape, axis, end - start));
  return b.pad(kept, along(start - from, 0), along(from + length - end, 0));
}

function everyStep(b: Builder, x: Node, axis: number, { positions, step }: Windows): Node {
  const zeros = x.shape.map(() => 0);
  const steps = x.shape.map((_, i) => (i === axis ? step : 1));
  return b.slice(x, zeros, replaced(x.shape, axis, positions), steps);
}

function reversed(b: Builder, x: Node, axis: number): Node {
  const start = x.shape.map((n, i) => (i === axis ? n - 1 : 0));
  return b.slice(
    x,
    start,
    x.shape,
    x.shape.map((_, i) => (i === axis ? -1 : 1)),
  );
}
