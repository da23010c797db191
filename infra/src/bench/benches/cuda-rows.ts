import { copyBandwidth, rowCaseNames, rowSpeed } from '@tsudoi/engine/cuda';
import type { Bench } from '../bench.ts';
import { cudaMachine, withoutGpu } from '../cuda/machine.ts';

export const bench: Bench = {
  about: 'kernels over rows on an NVIDIA GPU as a share of the bandwidth of a copy on the same GPU',
  async *cases() {
    const machine = await cudaMachine();
    if (typeof machine === 'string') {
      return yield { ...withoutGpu('rmsnorm of bf16 rows of 4096', '% of a copy', machine), peer: null };
    }
    const { device } = machine;
    for (const name of rowCaseNames) {
      let wanted = Number.NaN;
      let got = Number.NaN;
      yield {
        ...{ case: name, peer: null, unit: '% of a copy', better: 'more', must: 80, aim: 92 },
        ours() {
          const roof = copyBandwidth(device);
          const speed = rowSpeed(device, roof, name);
          [wanted, got] = [Number.isNaN(wanted) ? speed.check : wanted, speed.check];
          return (100 * speed.value) / roof;
        },
        // That it is right is what `npm run gpu -- --report` checks; here, that every run gave the same bits.
        verify: () => Number.isFinite(got) && got > 0 && Object.is(got, wanted),
        note: 'bytes that must cross memory, read and written, over the time of the kernels',
      };
    }
    machine.close();
  },
};
