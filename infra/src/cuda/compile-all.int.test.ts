// Every CUDA kernel of the reference programs is compiled for both architectures, without a GPU; what each needs
// of registers is recorded beside this file, so that a change of it is seen.

import { referenceModules } from '@tsudoi/engine/cuda';
import { beforeAll, describe, expect, it } from 'vitest';
import { cachedNvrtc } from './nvrtc.ts';

const ARCHITECTURES = ['sm_80', 'sm_90'] as const;
/** Kernels in which most of a step's time goes, and all that are generated. */
const HOT = /^(generated|matmul__|attention__|attention_bwd_|cross_entropy|adamw|scatter_add|norm_)/;

interface Row {
  readonly kernel: string;
  readonly registers: readonly number[];
  readonly spills: readonly number[];
  readonly shared: number;
}

let rows: Row[];
beforeAll(async () => {
  const compiler = await cachedNvrtc();
  const found = new Map<string, Row>();
  referenceModules().forEach(({ text, symbols }, module) => {
    const uses = ARCHITECTURES.map(
      (arch) => new Map(compiler.compile(text, arch).uses.map((u) => [u.kernel, u])),
    );
    for (const symbol of symbols) {
      const [first, second] = uses.map((of) => of.get(symbol));
      if (!first || !second) throw new Error(`the assembler said nothing about ${symbol}`);
      const kernel = symbols.length > 1 ? `generated ${module}.${symbol}` : symbol;
      found.set(kernel, {
        kernel,
        registers: [first.registers, second.registers],
        spills: [first, second].map((u) => u.spillStores + u.spillLoads),
        shared: first.sharedBytes,
      });
    }
  });
  rows = [...found.values()];
});

describe('CUDA kernels', () => {
  it('compile for sm_80 and sm_90, all of them', () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const head of [64, 80, 96, 128]) {
      for (const base of ['attention', 'attention_bwd_kv', 'attention_bwd_q']) {
        expect(rows.map((r) => r.kernel)).toContain(`${base}__D_${head}__CAUSAL_1`);
      }
    }
  });

  it('keep everything in registers where most of the time goes', () => {
    const spilling = rows.filter((r) => HOT.test(r.kernel) && r.spills.some((bytes) => bytes > 0));
    expect(spilling).toEqual([]);
  });

  it('need the registers and the shared memory on record', async () => {
    const lines = rows
      .filter((r) => !r.kernel.startsWith('generated'))
      .map((r) => `${r.kernel} | ${r.registers.join(' / ')} | ${r.spills.join(' / ')} | ${r.shared}`)
      .sort();
    const head = 'kernel | registers sm_80 / sm_90 | bytes spilled | static shared bytes';
    await expect(`${[head, ...lines].join('\n')}\n`).toMatchFileSnapshot('kernel-resources.txt');
  });
});
