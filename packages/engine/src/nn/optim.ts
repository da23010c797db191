// The optimisers as graph: AdamW over all parameters, or Muon over the matrices inside the layers and AdamW over the
// rest, with global-norm clipping over all gradients together.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import type { ParameterInfo } from '../models/config.ts';
import { type MuonOptions, muonUpdate, takenByMuon } from './muon.ts';

export interface AdamWOptions {
  /** Default adamw. */
  readonly name?: 'adamw' | 'muon';
  readonly muon?: MuonOptions;
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

export interface OptimizerStep {
  /** New values by the name of the state param. */
  readonly updates: ReadonlyMap<string, Node>;
  /** Global norm of the gradients before clipping, shape [1]. */
  readonly gradNorm: Node;
}

export const firstMoment = (name: string) => `${name}#m`;
export const secondMoment = (name: string) => `${name}#v`;
export const HYPER = 'adamw.hyper';

const usesMuon = (info: ParameterInfo, options: AdamWOptions) => options.name === 'muon' && takenByMuon(info);

/** Names of what an optimiser keeps between steps for one parameter, each of its shape. */
export const stateNames = (info: ParameterInfo, options: AdamWOptions): string[] =>
  usesMuon(info, options) ? [firstMoment(info.name)] : [firstMoment(info.name), secondMoment(info.name)];

/** The global norm of the gradients and what they are scaled by: clip_grad_norm_'s min(1, clip / (norm + 1e-6)). */
function clipping(
  b: GraphBuilder,
  gradients: readonly Node[],
  clipNorm: number,
): { gradNorm: Node; scale: Node } {
  const gradNorm = b.apply('global_norm', gradients);
  const scale = clipNorm > 0 ? b.min(b.div(clipNorm, b.add(gradNorm, 1e-6)), 1) : b.full([1], 1);
  return { gradNorm, scale };
}

/** AdamW over named parameters of any program; reads the param HYPER [3] = hyperValues(step). */
export function adamWStep(
  b: GraphBuilder,
  parameters: ReadonlyMap<string, Node>,
  gradients: readonly Node[],
  options: AdamWOptions,
): OptimizerStep {
  const o = { ...adamWDefaults, ...options };
  const { gradNorm, scale } = clipping(b, gradients, o.clipNorm);
  const all = [...parameters].map(([name, p], i) => ({ name, p, g: gradients[i] }));
  return { updates: adamW(b, all, b.param(HYPER, [3]), scale, o), gradNorm };
}

/** The update of all parameters of a model; reads the param HYPER [3] = hyperValues(step). */
export function optimizerStep(
  b: GraphBuilder,
  infos: readonly ParameterInfo[],
  parameters: ReadonlyMap<string, Node>,
  gradients: readonly Node[],
  options: AdamWOptions,
): OptimizerStep {
  const o = { ...adamWDefaults, ...options };
  const { gradNorm, scale } = clipping(b, gradients, o.clipNorm);
  const hyper = b.param(HYPER, [3]);
  const all = infos.map((info, i) => ({ info, p: parameters.get(info.name)!, g: gradients[i] }));
  const updates = new Map<string, Node>();
  const rate = b.slice(hyper, [0], [1]);
  for (const { info, p, g } of all.filter((x) => usesMuon(x.info, o))) {
    const m = b.param(firstMoment(info.name), info.shape);
    const next = muonUpdate(b, info, { p, g, m }, { rate, scale, weightDecay: o.weightDecay }, o.muon);
    updates.set(info.name, next.p).set(firstMoment(info.name), next.m);
  }
  const rest = all.filter((x) => !usesMuon(x.info, o)).map(({ info, p, g }) => ({ name: info.name, p, g }));
  for (const [name, node] of adamW(b, rest, hyper, scale, o)) updates.set(name, node);
  return { updates, gradNorm };
}

function adamW(
  b: GraphBuilder,
  all: readonly { name: string; p: Node; g: Node }[],
  hyper: Node,
  scale: Node,
  o: Required<Pick<AdamWOptions, 'beta1' | 'beta2' | 'eps' | 'weightDecay'>>,
): Map<string, Node> {
  const names = all.map((x) => x.name);
  const moments = (name: (of: string) => string) => all.map((x) => b.param(name(x.name), x.p.shape));
  const operands = [...all.map((x) => x.p), ...all.map((x) => x.g)];
  const step = b.apply(
    'adamw',
    [hyper, scale, ...operands, ...moments(firstMoment), ...moments(secondMoment)],
    {
      beta1: o.beta1,
      beta2: o.beta2,
      eps: o.eps,
      // Vectors (norms and biases) are not decayed.
      decay: all.map(({ p }) => (p.shape.length > 1 ? o.weightDecay : 0)),
    },
  );
  const updates = new Map<string, Node>();
  [(n: string) => n, firstMoment, secondMoment].forEach((name, k) => {
    names.forEach((n, i) => {
      updates.set(name(n), b.pick(step, k * names.length + i));
    });
  });
  return updates;
}

/** (rate, 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)) for step t = 1, 2, ... */
export function hyperValues(rate: number, step: number, options: AdamWOptions): Float32Array {
  const { beta1, beta2 } = { ...adamWDefaults, ...options };
  return Float32Array.of(rate, 1 / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step));
}
