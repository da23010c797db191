import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openImages } from './images.ts';
import type { CudaCompiler } from './nvrtc.ts';

it('a kernel is compiled once, and again where a loss of power left it empty', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'images-'));
  let count = 0;
  const compiler: CudaCompiler = {
    version: 'test',
    compile() {
      count++;
      return { image: Uint8Array.of(1, 2), uses: [] };
    },
  };
  const image = () => [...openImages({ cacheDir, compiler }).image('text', 'sm_90')];
  expect([image(), image(), count]).toEqual([[1, 2], [1, 2], 1]);
  const [name] = readdirSync(cacheDir);
  writeFileSync(join(cacheDir, name), '');
  expect([image(), image(), count]).toEqual([[1, 2], [1, 2], 2]);
  rmSync(cacheDir, { recursive: true });
});
