// What may follow a product inside of its kernel: results that are kept or not, operands of every kind.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';

/** Values computed from products; `product` makes a new one each time from the factor it is given, z [m, n] is added. */
export function epilogues(b: GraphBuilder, product: (factor: number) => Node, z: Node): Node[] {
  const [m, n] = z.shape;
  const kept = product(1);
  const sum = b.add(product(2), z);
  const [row, column] = [b.slice(z, [0, 0], [1, n]), b.slice(z, [0, 0], [m, 1])];
  return [
    b.apply('gelu', [product(3)], { tanh: true }),
    ...[kept, b.tanh(kept), b.mul(b.tanh(kept), z)],
    b.mul(b.tanh(sum), b.exp(z)),
    b.mul(b.reshape(b.add(product(4), row), [1, m, n]), b.reshape(column, [1, m, 1])),
    b.where(b.cmplt(product(5), z), z, 0.5),
  ];
}
