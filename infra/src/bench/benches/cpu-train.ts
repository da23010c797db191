import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { type GptSide, ourGpt, plainCGpt, type Speed, torchGpt, writeGptFiles } from '../engine/gpt-peers.ts';
import { type GptShape, gptFlopsPerToken } from '../engine/gpt-shape.ts';
import { peakGflops } from '../engine/peak.ts';

/** Steps whose losses must agree, and how well (relative): all sides compute in float32. */
const COMPARED = 4;
const TOLERANCE = 2e-4;

interface Peer {
  readonly name: string;
  readonly start: typeof torchGpt;
  readonly must: number;
  readonly aim: number;
}

const peers: readonly Peer[] = [
  { name: 'PyTorch CPU', start: torchGpt, must: 1, aim: 1.5 },
  { name: 'C in the manner of llm.c', start: plainCGpt, must: 5, aim: 7 },
];

async function trainCase(
  shape: GptShape,
  threads: number,
  peer: Peer,
  peak: number,
  options: BenchOptions,
): Promise<BenchCase> {
  const folder = join(options.scratch, `b${shape.batch}`);
  mkdirSync(folder, { recursive: true });
  const files = writeGptFiles(shape, folder);
  const theirs = await peer.start(shape, threads, files);
  const ours = ourGpt(shape, threads, files);
  const field: keyof Speed = threads === 1 ? 'perCpuSecond' : 'perSecond';
  const milliseconds = options.quick ? 200 : 1000;
  const measure = async (side: GptSide) => (await side.measure(milliseconds))[field];
  return {
    case: `GPT ${shape.layers} x ${shape.width}, batch ${shape.batch}, ${threads} thread${threads > 1 ? 's' : ''}`,
    peer: theirs.name,
    unit: threads === 1 ? 'tokens per CPU-second' : 'tokens/s',
    better: 'more',
    ours: () => measure(ours),
    theirs: () => measure(theirs),
    async verify() {
      const [a, b] = [await ours.losses(COMPARED), await theirs.losses(COMPARED)];
      options.progress(`losses ours ${a.join(' ')}; ${theirs.name} ${b.join(' ')}`);
      return (
        a.length === COMPARED &&
        a.every((x, i) => Math.abs(x - (b[i] as number)) <= TOLERANCE * Math.abs(b[i] as number))
      );
    },
    floor: (peak * threads * 1e9) / gptFlopsPerToken(shape),
    must: peer.must,
    aim: peer.aim,
    note: `Same weights, tokens and AdamW on both sides; the first ${COMPARED} losses agree to ${TOLERANCE}. Floor: ${(gptFlopsPerToken(shape) / 1e6).toFixed(1)} MFLOP per token at the peak of registers.`,
    close() {
      ours.close();
      theirs.close();
    },
  };
}

export const bench: Bench = {
  about: 'a whole GPT training step on the CPU against PyTorch and a trainer in the manner of llm.c',
  async *cases(options) {
    const full = { vocab: 8192, length: 256, layers: 6, heads: 6, width: 384 };
    const small = { vocab: 1024, length: 64, layers: 2, heads: 4, width: 128 };
    const peak = await peakGflops();
    for (const peer of peers) {
      for (const batch of options.quick ? [4] : [1, 8]) {
        for (const threads of availableParallelism() > 1 ? [1, 2] : [1]) {
          const shape = { ...(options.quick ? small : full), batch };
          yield await trainCase(shape, threads, peer, peak, options);
        }
      }
    }
  },
};
