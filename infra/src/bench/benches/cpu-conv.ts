import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { startContender } from '../engine/contender.ts';
import { convBytes, convFlops, convShapes, outputShape, SAMPLE_STEP, values } from '../engine/conv-shapes.ts';
import { TORCH } from '../engine/gpt-peers.ts';
import { peakGflops } from '../engine/peak.ts';
import { triad } from '../engine/triad.ts';
import { pythonPeer } from '../peers/python.ts';

function writeValues(folder: string): void {
  for (const [name, shape] of Object.entries(convShapes)) {
    const tensors = { x: shape.x, w: shape.w, g: outputShape(shape), bias: [shape.w[0]] };
    Object.entries(tensors).forEach(([key, of], i) => {
      writeFileSync(join(folder, `${name}.${key}.f32`), values(of, i + 1));
    });
  }
}

/** Both sides sum the same products of numbers up to one, in another order. */
const agree = (a: number[], b: number[], terms: number) =>
  a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) <= 1e-5 * Math.sqrt(terms));

/** Bytes of the arrays over which memory is measured: about those of the layers. */
const TRIAD_BYTES = 32 << 20;

type Side = { call<T>(name: string, argument?: unknown): Promise<T>; close(): void };

function convCase(
  name: string,
  backward: boolean,
  threads: number,
  sides: { ours: Side; theirs: Side },
  roof: { gflops: number; gigabytes: number },
  options: BenchOptions,
): BenchCase {
  const shape = convShapes[name];
  const [flops, y] = [convFlops(shape, backward), outputShape(shape)];
  const asked = {
    ...{ name, backward, flops, milliseconds: options.quick ? 60 : 200, step: SAMPLE_STEP },
    shape: { ...shape, y },
  };
  const seconds =
    Math.max(flops / (roof.gflops * threads), convBytes(shape, backward) / roof.gigabytes) / 1e9;
  const gives = backward
    ? shape.inner
      ? 'gradients of input and kernel'
      : 'gradient of the kernel'
    : 'forward';
  return {
    case: `${shape.title}, ${gives}, ${threads} thread${threads > 1 ? 's' : ''}`,
    peer: `PyTorch ${TORCH} (oneDNN), the better of two memory formats`,
    unit: threads === 1 ? 'GFLOP per CPU-second' : 'GFLOP/s',
    better: 'more',
    ours: () => sides.ours.call('measure', asked),
    theirs: () => sides.theirs.call('measure', asked),
    async verify() {
      const [a, b] = [
        await sides.ours.call<number[][]>('result', asked),
        await sides.theirs.call<number[][]>('result', asked),
      ];
      const positions = y.slice(0, -1).reduce((n, d) => n * d, 1);
      const terms = backward ? positions : shape.w.slice(1).reduce((n, d) => n * d, 1);
      return a.length === b.length && a.every((tensor, i) => agree(tensor, b[i], terms));
    },
    floor: flops / seconds / 1e9,
    aim: 0.8,
    pairs: options.quick ? 7 : 11,
    note: 'The floor is the slower of fused multiply-adds of registers alone and of every byte once at the speed of a triad.',
  };
}

export const bench: Bench = {
  about: 'convolutions of CLIP, Stable Diffusion and HuBERT in float32 on the CPU against PyTorch',
  async *cases(options) {
    writeValues(options.scratch);
    const gflops = await peakGflops();
    for (const threads of availableParallelism() > 1 && !options.quick ? [1, 2] : [1]) {
      const roof = { gflops, gigabytes: triad(threads, TRIAD_BYTES)() / 1e9 };
      const ours = startContender('conv-contender', [`${threads}`, options.scratch]);
      const script = join(import.meta.dirname, '../engine/conv_torch.py');
      const theirs = await pythonPeer(script, [`torch==${TORCH}`, 'numpy==2.3.5']);
      await theirs.call('setup', { threads, folder: options.scratch });
      for (const name of Object.keys(convShapes)) {
        for (const backward of [false, true]) {
          yield convCase(name, backward, threads, { ours, theirs }, roof, options);
        }
      }
      ours.close();
      theirs.close();
    }
  },
};
