// GELU (Hendrycks & Gimpel 2016, arXiv 1606.08415): x times the normal distribution function, exact or in
// the tanh form that GPT-2 uses (gelu_new and gelu_fast in transformers).

import { type Builder, type Node, type OpRow, streamingCost } from '../graph.ts';
import { ndarray } from '../ndarray.ts';

/** The error function in float64: Taylor series near zero, Lentz's continued fraction of erfc in the tails. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 120; k > 0; k--) fraction = k / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)));
}

/** Abramowitz & Stegun 7.1.26: |error| <= 1.5e-7, about one unit of float32 at 1. */
const P = 0.3275911;
const A = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];

const erfRow: OpRow = {
  name: 'erf',
  // A composite, so that a backend without an erf of its own (WGSL) needs nothing new.
  kind: 'composite',
  infer: ([x]) => [x],
  ref([x], _attrs, [t]) {
    return [ndarray(t.shape, x.data.map(erf), t.dtype)];
  },
  decompose(b, [x]) {
    const z = b.max(x, b.neg(x));
    const t = b.recip(b.add(b.mul(z, P), 1));
    const series = A.reduceRight<Node | number>((sum, a) => b.mul(b.add(sum, a), t), 0);
    const y = b.sub(1, b.mul(series, b.exp(b.neg(b.mul(z, z)))));
    return [b.where(b.cmplt(x, 0), b.neg(y), y)];
  },
  vjp(b, node, [g]) {
    const [x] = node.inputs;
    return [g && b.mul(g, b.mul(b.exp(b.neg(b.mul(x, x))), 2 / Math.sqrt(Math.PI)))];
  },
  cost: streamingCost,
};

const C = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
const tanhTerm = (b: Builder, x: Node) => b.tanh(b.mul(b.mul(x, b.add(b.mul(b.mul(x, x), CUBIC), 1)), C));
/** The normal distribution function. */
const phi = (b: Builder, x: Node) => b.mul(b.add(b.apply('erf', [b.mul(x, Math.SQRT1_2)]), 1), 0.5);

/** attrs.tanh: the approximation instead of the exact form. */
const gelu: OpRow = {
  name: 'gelu',
  kind: 'composite',
  infer: ([x]) => [x],
  decompose(b, [x], attrs) {
    if (!attrs.tanh) return [b.mul(x, phi(b, x))];
    return [b.mul(b.mul(x, 0.5), b.add(tanhTerm(b, x), 1))];
  },
  vjp(b, node, [g]) {
    if (!g) return [undefined];
    const [x] = node.inputs;
    if (!node.attrs.tanh) {
      const density = b.mul(b.exp(b.mul(b.mul(x, x), -0.5)), C / 2);
      return [b.mul(g, b.add(phi(b, x), b.mul(x, density)))];
    }
    const t = tanhTerm(b, x);
    const inner = b.mul(b.add(b.mul(b.mul(x, x), 3 * CUBIC), 1), C);
    const slope = b.mul(b.mul(b.sub(1, b.mul(t, t)), inner), b.mul(x, 0.5));
    return [b.mul(g, b.add(b.mul(b.add(t, 1), 0.5), slope))];
  },
  cost: streamingCost,
};

export const geluRows: readonly OpRow[] = [erfRow, gelu];
