// Minutes of fresh random graphs. A seed that fails is added to testing/failing-seeds.json, which every run of the
// quick tests replays.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { compareWithInterpreter } from '../testing/compare.ts';
import { fuzzGraph } from '../testing/fuzz.ts';
import { compileVariants } from '../testing/fuzz-variants.ts';
import { openCpu } from './cpu.ts';

const MINUTES = 5;
const GRAPHS_PER_PROGRAM = 12;
const kept = new URL('../testing/failing-seeds.json', import.meta.url);

function failing(seeds: readonly number[], cacheDir: string): string | undefined {
  const device = openCpu({ threads: 2, cacheDir });
  try {
    for (const [name, options] of compileVariants) {
      const b = new GraphBuilder();
      const graphs = seeds.map((seed) => fuzzGraph(b, seed, `s${seed}.`));
      const params = new Map(graphs.flatMap((g) => [...g.params]));
      const outputs = graphs.flatMap((g) => g.outputs.filter((n) => n.op !== 'param'));
      try {
        compareWithInterpreter(device, b, outputs, params, { rtol: 5e-4, atol: 5e-4 }, options);
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
    }
    return undefined;
  } finally {
    device.dispose();
  }
}

it('fresh random graphs compute as the interpreter does, however they are compiled', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const end = Date.now() + MINUTES * 60_000;
  // A new range every day, the same all day: a run can be repeated.
  let seed = Math.floor(Date.now() / 86_400_000) * 100_000;
  const found: string[] = [];
  try {
    while (Date.now() < end && found.length === 0) {
      const seeds = Array.from({ length: GRAPHS_PER_PROGRAM }, (_, i) => seed + i);
      seed += GRAPHS_PER_PROGRAM;
      if (!failing(seeds, cacheDir)) continue;
      for (const one of seeds) {
        const what = failing([one], cacheDir);
        if (what) found.push(`seed ${one}, ${what}`);
      }
      if (found.length === 0) found.push(`seeds ${seeds[0]} to ${seeds.at(-1)} fail only together`);
    }
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
  const failed = found.flatMap(
    (line) =>
      line
        .match(/^seed (\d+)/)
        ?.slice(1)
        .map(Number) ?? [],
  );
  if (failed.length > 0) {
    const known = JSON.parse(readFileSync(kept, 'utf8')) as number[];
    writeFileSync(kept, `${JSON.stringify([...new Set([...known, ...failed])])}\n`);
  }
  expect(found).toEqual([]);
});
