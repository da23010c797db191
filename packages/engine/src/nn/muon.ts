// Muon (Jordan et al. 2024) for the matrices inside the layers: momentum, then orthogonalised. The update is scaled
// by 0.2 sqrt(max(rows, columns)), so that its size is AdamW's and one learning rate and decay serve both (Liu et
// al. 2025, arXiv 2502.16982). Embeddings, the head, norms and biases stay with AdamW.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import type { ParameterInfo } from '../models/config.ts';

export interface MuonOptions {
  /** Default 0.95. */
  readonly momentum?: number;
  /** Newton-Schulz steps; default 5. */
  readonly steps?: number;
}

export const muonDefaults = { momentum: 0.95, steps: 5 } as const;

/** Which parameters Muon takes. */
export const takenByMuon = ({ role }: ParameterInfo): boolean => role === 'matrix';

/** A fused projection as the three matrices it holds: [3, rows, columns]. */
function separated(b: GraphBuilder, x: Node, { shape, fused }: ParameterInfo): Node {
  if (!fused) return x;
  const [rows, columns] = shape;
  if (fused.layout === 'columns') return b.permute(b.reshape(x, [rows, 3, columns / 3]), [1, 0, 2]);
  const size = rows / 3 / fused.heads;
  const split = b.permute(b.reshape(x, [fused.heads, 3, size, columns]), [1, 0, 2, 3]);
  return b.reshape(split, [3, rows / 3, columns]);
}

/** The inverse of `separated`. */
function together(b: GraphBuilder, x: Node, { shape, fused }: ParameterInfo): Node {
  if (!fused) return x;
  const [rows, columns] = shape;
  if (fused.layout === 'columns') return b.reshape(b.permute(x, [1, 0, 2]), [rows, columns]);
  const size = rows / 3 / fused.heads;
  const split = b.permute(b.reshape(x, [3, fused.heads, size, columns]), [1, 0, 2, 3]);
  return b.reshape(split, [rows, columns]);
}

/** New value and momentum of one matrix. `rate` and `scale` (of the gradient) have shape [1]. */
export function muonUpdate(
  b: GraphBuilder,
  info: ParameterInfo,
  { p, g, m }: { p: Node; g: Node; m: Node },
  { rate, scale, weightDecay }: { rate: Node; scale: Node; weightDecay: number },
  options: MuonOptions = {},
): { p: Node; m: Node } {
  const { momentum, steps } = { ...muonDefaults, ...options };
  const clipped = b.mul(g, b.reshape(scale, [1, 1]));
  const next = b.add(b.mul(m, momentum), clipped);
  const nesterov = b.add(clipped, b.mul(next, momentum));
  const matrices = separated(b, nesterov, info);
  const [rows, columns] = matrices.shape.slice(-2);
  const direction = together(b, b.apply('orthogonalize', [matrices], { steps }), info);
  const lr = b.reshape(rate, [1, 1]);
  const kept = b.mul(p, b.sub(1, b.mul(lr, weightDecay)));
  const move = b.mul(lr, 0.2 * Math.sqrt(Math.max(rows, columns)));
  return { p: b.sub(kept, b.mul(direction, move)), m: next };
}
