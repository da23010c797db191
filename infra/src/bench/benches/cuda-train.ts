import { gpt2, llama1b, openCuda, trainSpeed } from '@tsudoi/engine/cuda';
import type { Bench } from '../bench.ts';
import { cudaMachine, pairCase, withoutGpu } from '../cuda/machine.ts';

export const bench: Bench = {
  about: 'whole training steps in bfloat16 on an NVIDIA GPU against torch.compile with SDPA and fused AdamW',
  async *cases({ quick }) {
    const machine = await cudaMachine();
    if (typeof machine === 'string') return yield withoutGpu(gpt2.name, 'tokens/s', machine);
    for (const model of quick ? [gpt2] : [gpt2, llama1b]) {
      yield {
        ...pairCase(machine, {
          ...{ name: model.name, unit: 'tokens/s', must: 0.8, aim: 1.1 },
          rate: (milliseconds) => (1000 * model.batchSize * model.sequenceLength) / milliseconds,
          ours: () => trainSpeed(openCuda(), model)[0]!,
          ...{ call: 'train', argument: model, near: 0.02 },
        }),
        note: 'one full step: forward, backward, clipping, AdamW; the check is the loss of the first step',
      };
    }
    machine.close();
  },
};
