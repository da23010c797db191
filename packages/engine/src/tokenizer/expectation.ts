import type { Lattice } from './lattice.ts';

/** Scaled by powers of two only, so that rescaling never rounds. */
const SHIFT_BITS = 128;
const SHIFT = 2 ** SHIFT_BITS;
const SMALL = 2 ** -SHIFT_BITS;

export interface Expectation {
  /** Expected number of uses of each piece over all words. */
  counts: Float64Array;
  /** Log likelihood of the text in nats. */
  logLikelihood: number;
}

/** Multiplies values[from .. to] by SHIFT if all of them are small; returns the number of shifts made. */
function rescale(values: Float64Array, from: number, to: number): number {
  for (let i = from; i <= to; i++) if (values[i] >= SMALL) return 0;
  for (let i = from; i <= to; i++) values[i] *= SHIFT;
  return 1;
}

class Workspace {
  alpha = new Float64Array(256);
  beta = new Float64Array(256);
  shifts = new Int32Array(256);
  reserve(size: number): void {
    if (size <= this.alpha.length) return;
    this.alpha = new Float64Array(size * 2);
    this.beta = new Float64Array(size * 2);
    this.shifts = new Int32Array(size * 2);
  }
}

/** alpha[i]: probability of all paths to i, in units of SHIFT ** -shifts[i]. Returns log of the sum over whole paths. */
function forward(
  lattice: Lattice,
  probability: Float64Array,
  start: number,
  n: number,
  work: Workspace,
): number {
  const { offsets, edges, length, maxLength } = lattice;
  const { symbols } = lattice.table;
  const { alpha, shifts } = work;
  alpha.fill(0, 0, n + 1);
  alpha[0] = 1;
  let shift = 0;
  for (let i = 0; i < n; i++) {
    if (alpha[i] < SMALL) shift += rescale(alpha, i, Math.min(n, i + maxLength));
    shifts[i] = shift;
    const a = alpha[i];
    alpha[i + 1] += a * probability[symbols[start + i] - 1];
    for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
      alpha[i + length[edges[e]]] += a * probability[edges[e]];
    }
  }
  shifts[n] = shift;
  return Math.log(alpha[n]) - shift * SHIFT_BITS * Math.LN2;
}

/** Goes backwards over the word and adds `weight` x posterior of every edge to `counts`. */
function backward(
  lattice: Lattice,
  probability: Float64Array,
  start: number,
  n: number,
  weight: number,
  work: Workspace,
  counts: Float64Array,
): void {
  const { offsets, edges, length, maxLength } = lattice;
  const { symbols } = lattice.table;
  const { alpha, beta, shifts } = work;
  beta[n] = 1;
  let shift = 0;
  for (let i = n - 1; i >= 0; i--) {
    // alpha x p x beta is the share of the edge in all paths; the scales of both sides are undone in one factor.
    const off = shifts[n] - shifts[i] - shift;
    const factor = (off === 0 ? 1 : SHIFT ** off) * (weight / alpha[n]) * alpha[i];
    const character = symbols[start + i] - 1;
    const single = probability[character] * beta[i + 1];
    counts[character] += factor * single;
    let sum = single;
    for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
      const piece = edges[e];
      const value = probability[piece] * beta[i + length[piece]];
      counts[piece] += factor * value;
      sum += value;
    }
    beta[i] = sum;
    if (sum < SMALL) shift += rescale(beta, i, Math.min(n, i + maxLength));
  }
}

/**
 * E-step: forward-backward over the lattice of every word (float64, linear domain with exact rescaling).
 * @param probability of each piece; a character that is no piece any more has the unknown probability, never 0
 */
export function expectedCounts(lattice: Lattice, probability: Float64Array): Expectation {
  const { starts, ends, weights } = lattice.table;
  const counts = new Float64Array(probability.length);
  const work = new Workspace();
  let logLikelihood = 0;
  for (let word = 0; word < weights.length; word++) {
    const start = starts[word];
    const n = ends[word] - start;
    work.reserve(n + 1);
    logLikelihood += weights[word] * forward(lattice, probability, start, n, work);
    backward(lattice, probability, start, n, weights[word], work, counts);
  }
  return { counts, logLikelihood };
}

/** Derivative of log gamma for x > 0: recurrence up to 7, then the asymptotic series (Bernardo 1976, AS 103). */
export function digamma(x: number): number {
  let result = 0;
  let value = x;
  for (; value < 7; value++) result -= 1 / value;
  const inverse = 1 / value;
  const square = inverse * inverse;
  const series =
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132)))));
  return result + Math.log(value) - 0.5 * inverse - series;
}
