import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { ourGpt, writeGptFiles } from '../engine/gpt-peers.ts';

/** A process that never rests: a neighbour on a donated machine. */
const takeOneCore = (): ChildProcess => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });

export const bench: Bench = {
  about:
    'a training step with all threads while another process takes one core, against one thread on an idle machine',
  async *cases(options) {
    const full = { vocab: 8192, length: 256, layers: 6, heads: 6, width: 384 };
    const small = { vocab: 1024, length: 64, layers: 2, heads: 4, width: 128 };
    const threads = availableParallelism();
    for (const batch of options.quick ? [4] : [1, 8]) {
      const shape = { ...(options.quick ? small : full), batch };
      const folder = join(options.scratch, `b${batch}`);
      mkdirSync(folder);
      const files = writeGptFiles(shape, folder);
      const busy = ourGpt(shape, threads, files);
      const idle = ourGpt(shape, 1, files);
      const milliseconds = options.quick ? 500 : 2000;
      yield {
        case: `GPT ${shape.layers} x ${shape.width}, batch ${batch}, ${threads} threads, one core taken`,
        peer: 'ourselves, 1 thread, idle machine',
        unit: 'tokens/s',
        better: 'more',
        async ours() {
          const neighbour = takeOneCore();
          try {
            await new Promise((resolve) => neighbour.once('spawn', resolve));
            return (await busy.measure(milliseconds)).perSecond;
          } finally {
            neighbour.kill('SIGKILL');
          }
        },
        theirs: async () => (await idle.measure(milliseconds)).perSecond,
        async verify() {
          const [a, b] = [await busy.losses(4), await idle.losses(4)];
          return a.length === 4 && a.every((loss, i) => loss === b[i]);
        },
        must: 0.9,
        aim: 1.2,
        note: 'Both sides end with the same bits.',
        close() {
          busy.close();
          idle.close();
        },
      };
    }
  },
};
