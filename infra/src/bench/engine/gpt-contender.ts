// Our side of a training bench, in its own process. Arguments: SHAPE (JSON) THREADS WEIGHTS.

import { readFileSync } from 'node:fs';
import { openCpu } from '@tsudoi/engine/tensor';
import { serve } from './contender.ts';
import { gptStep, HYPER, hyperValues, momentName } from './gpt-graph.ts';
import { type GptShape, gptParameters, gptTokens } from './gpt-shape.ts';

const [shapeText, threads, weightsFile] = process.argv.slice(2) as [string, string, string];
const shape = JSON.parse(shapeText) as GptShape;
const program = openCpu({ threads: Number(threads) }).compile(gptStep(shape));

const tokens = gptTokens(shape);
const row = shape.length + 1;
const part = (offset: number) =>
  Int32Array.from(
    { length: shape.batch * shape.length },
    (_, i) => tokens[Math.floor(i / shape.length) * row + (i % shape.length) + offset] as number,
  );
const [ids, targets] = [part(0), part(1)];
let steps = 0;

function reset(): void {
  const bytes = readFileSync(weightsFile);
  const weights = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let at = 0;
  for (const { name, shape: dims } of gptParameters(shape)) {
    const n = dims.reduce((a, d) => a * d, 1);
    program.write(name, Float32Array.from(weights.subarray(at, at + n)));
    program.write(momentName(name, 1), new Float32Array(n));
    program.write(momentName(name, 2), new Float32Array(n));
    at += n;
  }
  steps = 0;
}

/** A whole step as a trainer does it: the batch in, the loss out. */
function step(run: () => void = () => program.run()): number {
  program.write('ids', ids);
  program.write('targets', targets);
  program.write(HYPER, hyperValues(++steps));
  run();
  return program.read('loss')[0] as number;
}

reset();
await serve({
  /** Losses of the first steps from the initial weights. */
  losses(count: number) {
    reset();
    return Array.from({ length: count }, () => step());
  },
  /** Tokens per second and per second of CPU time over at least `milliseconds`. */
  measure(milliseconds: number) {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    let tokensDone = 0;
    do {
      step();
      tokensDone += shape.batch * shape.length;
    } while (performance.now() - wall < milliseconds);
    const seconds = (performance.now() - wall) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: tokensDone / seconds, perCpuSecond: (tokensDone / (user + system)) * 1e6 };
  },
  /** Milliseconds of a step and of its host part: everything but the kernels' own work. */
  host(count: number) {
    const time = (run: () => void) => {
      const begin = performance.now();
      for (let i = 0; i < count; i++) step(run);
      return (performance.now() - begin) / count;
    };
    return { step: time(() => program.run()), host: time(() => program.dryRun?.()) };
  },
  /** Milliseconds by kernel over one step. */
  profile() {
    const bySymbol: Record<string, { milliseconds: number; flops: number; launches: number }> = {};
    step(() => {
      for (const { symbol, milliseconds, flops } of program.profile()) {
        const entry = bySymbol[symbol] ?? { milliseconds: 0, flops: 0, launches: 0 };
        entry.milliseconds += milliseconds;
        entry.flops += flops;
        entry.launches++;
        bySymbol[symbol] = entry;
      }
    });
    return bySymbol;
  },
});
