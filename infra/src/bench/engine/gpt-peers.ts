// The sides of the training benches, each in its own process, behind one interface.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once, run, shortHash } from '../peers/cache.ts';
import { pythonPeer } from '../peers/python.ts';
import { startContender } from './contender.ts';
import { ADAMW, type GptShape, gptTokens, gptWeights } from './gpt-shape.ts';

export interface Speed {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

export interface GptSide {
  /** What ran, for the note. */
  readonly name: string;
  /** Losses of the first steps from the initial weights. */
  losses(count: number): Promise<number[]>;
  measure(milliseconds: number): Promise<Speed>;
  close(): void;
}

/** Files that all sides read. */
export interface GptFiles {
  readonly weights: string;
  readonly tokens: string;
}

export function writeGptFiles(shape: GptShape, folder: string): GptFiles {
  const files = { weights: join(folder, 'weights.f32'), tokens: join(folder, 'tokens.i32') };
  writeFileSync(files.weights, gptWeights(shape));
  writeFileSync(files.tokens, gptTokens(shape));
  return files;
}

export function ourGpt(shape: GptShape, threads: number, files: GptFiles): GptSide {
  const side = startContender('gpt-contender', [JSON.stringify(shape), `${threads}`, files.weights]);
  return {
    name: 'ours',
    losses: (count) => side.call('losses', count),
    measure: (milliseconds) => side.call('measure', milliseconds),
    close: side.close,
  };
}

export const TORCH = '2.15.0';

/** PyTorch from PyPI, eager or compiled, whichever is faster on this shape and machine. */
export async function torchGpt(shape: GptShape, threads: number, files: GptFiles): Promise<GptSide> {
  const script = join(import.meta.dirname, 'gpt_torch.py');
  const side = await pythonPeer(script, [`torch==${TORCH}`, 'numpy==2.3.5']);
  const chosen = await side.call<{ form: string }>('setup', {
    shape,
    threads,
    weights: files.weights,
    tokens: [...gptTokens(shape)],
    adamw: ADAMW,
    milliseconds: 1500,
  });
  return {
    name: `PyTorch ${TORCH}, ${chosen.form}`,
    losses: (count) => side.call('losses', count),
    measure: (milliseconds) => side.call('measure', milliseconds),
    close: side.close,
  };
}

/** The flags of llm.c's Makefile. */
const LLMC_FLAGS = ['-O3', '-Ofast', '-march=native', '-fno-finite-math-only', '-fopenmp'];

/** A C trainer in the manner of llm.c; see gpt.c. */
export async function plainCGpt(shape: GptShape, threads: number, files: GptFiles): Promise<GptSide> {
  const source = join(import.meta.dirname, 'gpt.c');
  const key = shortHash(readFileSync(source, 'utf8') + LLMC_FLAGS.join());
  const folder = await once(`plain-c-gpt-${key}`, async (making) => {
    await run('cc', [...LLMC_FLAGS, '-o', join(making, 'gpt'), source, '-lm']);
  });
  const sizes = [shape.vocab, shape.length, shape.layers, shape.heads, shape.width, shape.batch].map(String);
  const child = spawn(join(folder, 'gpt'), [...sizes, files.weights, files.tokens], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: `${threads}` },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call = async <T>(command: string): Promise<T> => {
    child.stdin.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the C trainer ended before it answered ${command}`);
    return JSON.parse(value) as T;
  };
  return {
    name: 'C in the manner of llm.c',
    losses: (count) => call(`losses ${count}`),
    measure: (milliseconds) => call(`measure ${milliseconds}`),
    close: () => void child.kill(),
  };
}
