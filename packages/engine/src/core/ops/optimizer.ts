// Multi-tensor optimiser ops: one launch over all parameters.
// AdamW: Loshchilov & Hutter 2017 (arXiv 1711.05101), with PyTorch's order of operations.

import type { OpRow } from '../graph.ts';
import { BYTES_PER_ELEMENT, expect, numel } from '../shape.ts';

/** The Euclidean norm of all inputs together, shape [1]. */
const globalNorm: OpRow = {
  name: 'global_norm',
  kind: 'composite',
  infer: () => [{ shape: [1], dtype: 'f32' }],
  decompose(b, inputs) {
    const squares = inputs.map((g) => b.reshape(b.sum(b.mul(g, g)), [1]));
    return [b.sqrt(squares.reduce((x, y) => b.add(x, y)))];
  },
  cost: (inputs) => {
    const elements = inputs.reduce((n, t) => n + numel(t.shape), 0);
    return { flops: 2 * elements, bytes: BYTES_PER_ELEMENT * elements };
  },
};

/**
 * Inputs: hyper [3] = (learning rate, 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)), gradient scale [1],
 * then n parameters, n gradients, n first and n second moments. Results: the new parameters, first
 * and second moments. attrs: beta1, beta2, eps, decay (one coefficient per tensor).
 */
const adamw: OpRow = {
  name: 'adamw',
  kind: 'composite',
  infer(inputs, attrs) {
    const n = (attrs.decay as readonly number[]).length;
    expect(inputs.length === 2 + 4 * n, `adamw of ${n} tensors takes ${2 + 4 * n} inputs`);
    const [p, , m, v] = [0, 1, 2, 3].map((k) => inputs.slice(2 + k * n, 2 + (k + 1) * n));
    return [...p, ...m, ...v];
  },
  decompose(b, inputs, attrs) {
    const decay = attrs.decay as readonly number[];
    const n = decay.length;
    const [beta1, beta2, eps] = [attrs.beta1, attrs.beta2, attrs.eps] as number[];
    const [hyper, scale] = inputs;
    const at = (i: number) => b.reshape(b.slice(hyper, [i], [1]), []);
    const [lr, c1, c2] = [at(0), at(1), at(2)];
    const next = decay.map((coefficient, i) => {
      const [p, g0, m, v] = [0, 1, 2, 3].map((k) => inputs[2 + k * n + i]);
      const g = b.mul(g0, b.reshape(scale, []));
      const m1 = b.add(b.mul(m, beta1), b.mul(g, 1 - beta1));
      const v1 = b.add(b.mul(v, beta2), b.mul(b.mul(g, g), 1 - beta2));
      const decayed = b.mul(p, b.sub(1, b.mul(lr, coefficient)));
      const update = b.div(m1, b.add(b.mul(b.sqrt(v1), c2), eps));
      return [b.sub(decayed, b.mul(b.mul(lr, c1), update)), m1, v1];
    });
    return [0, 1, 2].flatMap((k) => next.map((tensors) => tensors[k]));
  },
  cost: (inputs) => {
    const elements = inputs.reduce((n, t) => n + numel(t.shape), 0);
    return { flops: 4 * elements, bytes: 2 * BYTES_PER_ELEMENT * elements };
  },
};

export const optimizerRows: readonly OpRow[] = [globalNorm, adamw];
