// The worked example of docs/engine/README.md: the texts shown there are what the compiler prints.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { cTarget } from '../kernels/c-target.ts';
import { cudaTarget } from '../runtime/cuda/program-text.ts';
import type { BackendTarget } from '../schedule/emitter.ts';
import { compileProgram } from '../schedule/program.ts';
import { wgslDialect } from './dialects/wgsl.ts';
import { printGpuKernel } from './gpu-kernel.ts';

const dialect = wgslDialect({ f16: false, subgroupSize: 0 });
const targets: Readonly<Record<string, BackendTarget>> = {
  C: cTarget,
  WGSL: { templates: new Map(), print: (kernel) => printGpuKernel(kernel, dialect) },
  CUDA: cudaTarget('f32', false),
};

it.each(Object.entries(targets))('the guide shows the %s kernel as it is printed', (_name, target) => {
  const b = new GraphBuilder();
  const x = b.param('x', [4, 8]);
  const scaled = b.mul(b.apply('silu', [b.add(x, 1)]), b.param('w', [8]));
  const { kernels, launches } = compileProgram(
    { builder: b, outputs: new Map([['y', b.sum(scaled, [1])]]) },
    target,
  );
  expect(launches).toHaveLength(1);
  const [text] = kernels.values();
  const guide = readFileSync(new URL('../../../../docs/engine/README.md', import.meta.url), 'utf8');
  expect(guide).toContain(text.trim());
});
