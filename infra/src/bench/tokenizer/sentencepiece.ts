import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once, run, shortHash } from '../peers/cache.ts';

export const INSTALL = 'apt-get install -y --no-install-recommends g++ sentencepiece libsentencepiece-dev';

/** Version of Debian's SentencePiece, or null when it or a C++ compiler is missing. */
export async function sentencePieceVersion(): Promise<string | null> {
  if (!existsSync('/usr/include/sentencepiece_processor.h')) return null;
  try {
    await run('g++', ['--version']);
    const { stdout } = await run('spm_train', ['--version']);
    return stdout.trim().split(/\s+/).at(-1) ?? 'unknown';
  } catch {
    return null;
  }
}

export interface SentencePiecePeer {
  /** Encodes all lines once; CPU seconds. */
  encodeAll(): Promise<number>;
  /** Ids of every line. */
  ids(): Promise<Int32Array[]>;
  close(): void;
}

/** SentencePiece's library in a small C++ program of ours over the given lines. */
export async function sentencePiecePeer(
  model: string,
  lines: readonly string[],
  scratch: string,
): Promise<SentencePiecePeer> {
  const source = join(import.meta.dirname, 'sentencepiece.cc');
  const folder = await once(`sentencepiece-${shortHash(readFileSync(source, 'utf8'))}`, async (making) => {
    await run('g++', ['-O2', '-std=c++17', source, '-o', join(making, 'peer'), '-lsentencepiece']);
  });
  const program = join(folder, 'peer');
  const input = join(scratch, 'lines.txt');
  writeFileSync(input, lines.map((line) => `${line}\n`).join(''));
  const child = spawn(program, [model, input], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async encodeAll() {
      child.stdin.write('\n');
      const { value, done } = await answers.next();
      if (done) throw new Error('SentencePiece ended before it answered');
      return Number((value as string).split(' ')[0]);
    },
    async ids() {
      const output = join(scratch, 'ids.bin');
      await run(program, [model, input, output]);
      const bytes = readFileSync(output);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      const ids: Int32Array[] = [];
      for (let at = 0; at < words.length; at += words[at] + 1)
        ids.push(words.subarray(at + 1, at + 1 + words[at]));
      return ids;
    },
    close: () => void child.kill(),
  };
}
