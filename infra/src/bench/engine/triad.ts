import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';

const ROUNDS = 6;

/** A function that measures the triad's bytes per second over `bytes` of arrays, three crossings per element. */
export function triad(threads: number, bytes: number): () => number {
  const library = join(mkdtempSync(join(tmpdir(), 'triad-')), 'triad.so');
  const flags = ['-O3', '-march=native', '-shared', '-fPIC', '-lpthread'];
  execFileSync('cc', [join(import.meta.dirname, 'triad.c'), ...flags, '-o', library]);
  const lib = koffi.load(library);
  const elements = Math.floor(bytes / 12);
  lib.func('void triad_open(int64_t elements)')(elements);
  const run = lib.func('double triad_run(int64_t threads, int64_t rounds)');
  return () => (12 * elements * ROUNDS) / run(threads, ROUNDS);
}
