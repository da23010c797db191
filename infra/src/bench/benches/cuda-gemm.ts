import { gemmSpeed } from '@tsudoi/engine/cuda';
import type { Bench } from '../bench.ts';
import { cudaMachine, pairCase, withoutGpu } from '../cuda/machine.ts';

export const bench: Bench = {
  about: 'matrix products in bfloat16 on an NVIDIA GPU against torch.mm',
  async *cases({ quick }) {
    const machine = await cudaMachine();
    if (typeof machine === 'string') return yield withoutGpu('bf16 4096 x 4096 x 4096', 'TFLOP/s', machine);
    for (const n of quick ? [4096] : [1024, 2048, 4096, 8192]) {
      yield pairCase(machine, {
        ...{ name: `bf16 ${n} x ${n} x ${n}`, unit: 'TFLOP/s', must: 0.95, aim: 1 },
        rate: (milliseconds) => (2 * n ** 3) / milliseconds / 1e9,
        ours: () => gemmSpeed(machine.device, [n])[0]!,
        ...{ call: 'gemm', argument: { n }, near: 0.01 },
      });
    }
    machine.close();
  },
};
