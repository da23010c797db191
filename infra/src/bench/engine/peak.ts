import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../peers/cache.ts';

const FLAGS = ['-O3', '-march=native', '-mprefer-vector-width=512', '-ffp-contract=fast'];

/** GFLOP/s of one core that only multiplies and adds registers: the roof of every float32 kernel. */
export async function peakGflops(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-peak-'));
  try {
    const binary = join(folder, 'peak');
    const source = join(import.meta.dirname, 'fma-peak.c');
    await run('cc', [...FLAGS, '-o', binary, source]);
    return Number((await run(binary)).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
