import { availableParallelism } from 'node:os';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { type Contender, startContender } from '../engine/contender.ts';
import { agrees, expected } from '../engine/gemm-inputs.ts';
import { openblas } from '../engine/openblas.ts';
import { peakGflops } from '../engine/peak.ts';
import { npmPeers } from '../peers/npm.ts';

const ONNXRUNTIME = '1.30.0';

interface Peer {
  readonly kind: 'openblas' | 'onnxruntime';
  readonly name: string;
  readonly must: number;
  readonly aim: number;
  readonly library: string;
  readonly env: Record<string, string>;
}

async function peers(): Promise<Peer[]> {
  const blas = await openblas();
  await npmPeers([`onnxruntime-node@${ONNXRUNTIME}`]);
  return [
    {
      kind: 'openblas',
      name: `OpenBLAS ${blas.version} (Debian)`,
      must: 0.9,
      aim: 1.1,
      library: blas.path,
      env: blas.env,
    },
    {
      kind: 'onnxruntime',
      name: `onnxruntime-node ${ONNXRUNTIME}`,
      must: 1.1,
      aim: 1.5,
      library: '',
      env: {},
    },
  ];
}

function gemmCase(n: number, threads: number, peer: Peer, peak: number, options: BenchOptions): BenchCase {
  const start = (kind: string, library = '', env = {}): Contender =>
    startContender('gemm-contender', [kind, `${n}`, `${threads}`, library], env);
  const ours = start('ours');
  const theirs = start(peer.kind, peer.library, peer.env);
  const milliseconds = options.quick ? 120 : 500;
  return {
    case: `${n} x ${n} x ${n} float32, ${threads} thread${threads > 1 ? 's' : ''}`,
    peer: peer.name,
    unit: threads === 1 ? 'GFLOP per CPU-second' : 'GFLOP/s',
    better: 'more',
    ours: () => ours.call('measure', milliseconds),
    theirs: () => theirs.call('measure', milliseconds),
    async verify() {
      const want = expected(n);
      const results = await Promise.all([ours, theirs].map((c) => c.call<number[]>('result')));
      return results.every((got) => agrees(got, want, n));
    },
    floor: peak * threads,
    must: peer.must,
    aim: peer.aim,
    pairs: options.quick ? 7 : 11,
    note: 'The floor is the fused multiply-adds of registers alone, measured at the start of this bench.',
    close() {
      ours.close();
      theirs.close();
    },
  };
}

export const bench: Bench = {
  about: 'matrix products in float32 on the CPU against OpenBLAS and onnxruntime',
  async *cases(options) {
    const sizes = options.quick ? [256, 512, 1024] : [512, 1024, 2048];
    const peak = await peakGflops();
    for (const peer of await peers()) {
      for (const threads of availableParallelism() > 1 ? [1, 2] : [1]) {
        for (const n of sizes) yield gemmCase(n, threads, peer, peak, options);
      }
    }
  },
};
