import { attentionCase } from '@tsudoi/engine/cuda';
import type { Bench } from '../bench.ts';
import { cudaMachine, pairCase, withoutGpu } from '../cuda/machine.ts';

export const bench: Bench = {
  about: 'causal attention, forward and backward, on an NVIDIA GPU against scaled_dot_product_attention',
  async *cases({ quick }) {
    const machine = await cudaMachine();
    if (typeof machine === 'string')
      return yield withoutGpu('T 2048, heads of 64, causal', 'TFLOP/s', machine);
    for (const size of [64, 128]) {
      for (const length of quick ? [2048] : [1024, 2048, 4096]) {
        for (const backward of [false, true]) {
          const [heads, batch] = [2048 / size, Math.max(1, 16384 / length)];
          const flops = (backward ? 2.5 : 1) * 2 * batch * heads * length * length * size;
          yield pairCase(machine, {
            name: `${backward ? 'backward' : 'forward'} T ${length}, heads of ${size}, causal`,
            ...{ unit: 'TFLOP/s', must: 0.5, aim: 0.75 },
            rate: (milliseconds) => flops / milliseconds / 1e9,
            ours: () => attentionCase(machine.device, size, length, backward),
            ...{ call: 'attention', argument: { batch, length, heads, size, backward }, near: 0.02 },
          });
        }
      }
    }
    machine.close();
  },
};
