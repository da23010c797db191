// Our side of cpu-conv. Arguments: THREADS FOLDER, where the folder holds the values of x, w, bias and g by shape.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCpu } from '@tsudoi/engine/tensor';
import { serve } from './contender.ts';
import { convFlops, convShapes, convTrace, SAMPLE_STEP } from './conv-shapes.ts';

const [threadCount, folder] = process.argv.slice(2) as [string, string];
const threads = Number(threadCount);
const device = openCpu({ threads });

interface Asked {
  readonly name: string;
  readonly backward: boolean;
  readonly milliseconds: number;
}

function compile({ name, backward }: Asked) {
  const trace = convTrace(convShapes[name], backward);
  const program = device.compile(trace);
  for (const param of ['x', 'w', 'bias', 'g']) {
    if (!program.has(param)) continue;
    const file = readFileSync(join(folder, `${name}.${param}.f32`));
    program.write(param, new Float32Array(file.buffer, file.byteOffset, file.length / 4));
  }
  return { program, names: [...trace.outputs.keys()] };
}

let current: ({ key: string } & ReturnType<typeof compile>) | undefined;

function programOf(asked: Asked): ReturnType<typeof compile> {
  const key = `${asked.name} ${asked.backward}`;
  if (current?.key !== key) {
    current?.program.dispose();
    current = { key, ...compile(asked) };
  }
  return current;
}

await serve({
  /** GFLOP/s over at least `milliseconds`; with one thread per second of CPU time, which neighbours do not take away. */
  measure(asked: Asked) {
    const { program } = programOf(asked);
    program.run();
    const [begin, cpu] = [performance.now(), process.cpuUsage()];
    let runs = 0;
    do {
      program.run();
      runs++;
    } while (performance.now() - begin < asked.milliseconds);
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = threads === 1 ? (user + system) / 1000 : performance.now() - begin;
    return (convFlops(convShapes[asked.name], asked.backward) * runs) / elapsed / 1e6;
  },
  result(asked: Asked) {
    const { program, names } = programOf(asked);
    program.run();
    return names.map((name) => Array.from(program.read(name)).filter((_, i) => i % SAMPLE_STEP === 0));
  },
});
