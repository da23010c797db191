import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { startContender } from '../engine/contender.ts';
import { writeGptFiles } from '../engine/gpt-peers.ts';

export const bench: Bench = {
  about: "the host's share of a training step on the CPU: writing the batch, launching, reading the loss",
  async *cases(options) {
    const full = { vocab: 8192, length: 256, layers: 6, heads: 6, width: 384 };
    const small = { vocab: 1024, length: 64, layers: 2, heads: 4, width: 128 };
    for (const threads of [1, 2]) {
      const shape = { ...(options.quick ? small : full), batch: 1 };
      const folder = join(options.scratch, `${threads}`);
      mkdirSync(folder);
      const files = writeGptFiles(shape, folder);
      const side = startContender('gpt-contender', [JSON.stringify(shape), `${threads}`, files.weights]);
      let last = { step: 0, host: 0 };
      const share = async () => {
        last = await side.call<typeof last>('host', 3);
        return (100 * last.host) / last.step;
      };
      yield {
        case: `GPT ${shape.layers} x ${shape.width}, batch 1, ${threads} thread${threads > 1 ? 's' : ''}`,
        peer: null,
        unit: '% of the step',
        better: 'less',
        ours: share,
        // A step that did its work takes longer than one that only launched.
        verify: async () =>
          (await side.call<number[]>('losses', 2)).every(Number.isFinite) && last.host < last.step,
        must: 2,
        aim: 0.2,
        note: () =>
          `${last.host.toFixed(3)} ms of ${last.step.toFixed(1)} ms; threads are woken for every launch and given nothing.`,
        close: side.close,
      };
    }
  },
};
