// Newton-Schulz orthogonalisation, the heart of Muon (Jordan et al. 2024): every singular value of a matrix is
// brought near one by an odd quintic polynomial, with matrix products alone.

import type { Builder, Node, OpRow } from '../graph.ts';
import { BYTES_PER_ELEMENT, expect, numel } from '../shape.ts';

/** Jordan's coefficients: steepest at zero, values end between about 0.7 and 1.2. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const EPS = 1e-7;

/** One step: a x + (b g + c g g) x with g = x x^T, or the same from the right for tall matrices. */
function step(b: Builder, x: Node, tall: boolean): Node {
  const gram = b.matmul(x, x, tall ? { ta: true } : { tb: true });
  const mixed = b.add(b.mul(gram, B), b.mul(b.matmul(gram, gram), C));
  const moved = tall ? b.matmul(x, mixed) : b.matmul(mixed, x);
  return b.add(b.mul(x, A), moved);
}

/** x [..., rows, columns] to matrices of the same row and column spaces with singular values near one. */
const orthogonalize: OpRow = {
  name: 'orthogonalize',
  kind: 'composite',
  infer([x]) {
    expect(x.shape.length >= 2, `orthogonalize of [${x.shape}]`);
    return [x];
  },
  decompose(b, [x], attrs) {
    const [rows, columns] = x.shape.slice(-2);
    const norm = b.sqrt(b.sum(b.mul(x, x), [-2, -1]));
    let y = b.div(x, b.add(norm, EPS));
    for (let i = 0; i < (attrs.steps as number); i++) y = step(b, y, rows > columns);
    return [y];
  },
  cost([x], _outputs, attrs) {
    const [rows, columns] = x.shape.slice(-2);
    const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
    const perStep = 4 * short * short * long + 2 * short ** 3;
    const matrices = numel(x.shape) / (rows * columns);
    const steps = attrs.steps as number;
    return { flops: matrices * steps * perStep, bytes: 6 * steps * BYTES_PER_ELEMENT * numel(x.shape) };
  },
};

export const muonRows: readonly OpRow[] = [orthogonalize];
