// AdamW over all parameters with global-norm clipping, as graph.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';

export interface AdamWOptions {
  /** Peak learning rate. */
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  /** Decoupled decay of matrices; vectors (norm weights) are not decayed. */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this global norm; 0 switches clipping off. */
  readonly clipNorm?: number;
}

export const adamWDefaults = {
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
} as const;

export interface AdamWStep {
  /** New values by the name of the state param. */
  readonly updates: ReadonlyMap<string, Node>;
  /** Global norm of the gradients before clipping, shape [1]. */
  readonly gradNorm: Node;
}

export const firstMoment = (name: string) => `${name}#m`;
export const secondMoment = (name: string) => `${name}#v`;
export const HYPER = 'adamw.hyper';

/** The update of named parameters; reads the param HYPER [3] = hyperValues(step). */
export function adamWStep(
  b: GraphBuilder,
  parameters: ReadonlyMap<string, Node>,
  gradients: readonly Node[],
  options: AdamWOptions,
): AdamWStep {
  const o = { ...adamWDefaults, ...options };
  const names = [...parameters.keys()];
  const p = [...parameters.values()];
  const moments = (name: (of: string) => string) => names.map((n, i) => b.param(name(n), p[i].shape));
  const gradNorm = b.apply('global_norm', gradients);
  // clip_grad_norm_: min(1, clip / (norm + 1e-6)).
  const scale = o.clipNorm > 0 ? b.min(b.div(o.clipNorm, b.add(gradNorm, 1e-6)), 1) : b.full([1], 1);
  const step = b.apply(
    'adamw',
    [b.param(HYPER, [3]), scale, ...p, ...gradients, ...moments(firstMoment), ...moments(secondMoment)],
    {
      beta1: o.beta1,
      beta2: o.beta2,
      eps: o.eps,
      decay: p.map((n) => (n.shape.length > 1 ? o.weightDecay : 0)),
    },
  );
  const updates = new Map<string, Node>();
  [(n: string) => n, firstMoment, secondMoment].forEach((name, k) => {
    names.forEach((n, i) => {
      updates.set(name(n), b.pick(step, k * names.length + i));
    });
  });
  return { updates, gradNorm };
}

/** (rate, 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)) for step t = 1, 2, ... */
export function hyperValues(rate: number, step: number, options: AdamWOptions): Float32Array {
  const { beta1, beta2 } = { ...adamWDefaults, ...options };
  return Float32Array.of(rate, 1 / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step));
}
