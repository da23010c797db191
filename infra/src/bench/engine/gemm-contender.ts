// One matrix product in a loop, by one of three: ours, OpenBLAS, onnxruntime. Arguments: KIND N THREADS FOLDER.

import { GraphBuilder, openCpu } from '@tsudoi/engine/tensor';
import koffi from 'koffi';
import { npmPeers } from '../peers/npm.ts';
import { serve } from './contender.ts';
import { operand, sampled } from './gemm-inputs.ts';
import { matmulModel } from './onnx-matmul.ts';

const [kind, size, threadCount, library] = process.argv.slice(2) as [string, string, string, string?];
const [n, threads] = [Number(size), Number(threadCount)];
const [a, b] = [operand(n, 1), operand(n, 2)];

interface Product {
  run(): void | Promise<void>;
  result(): Float32Array;
}

function ours(): Product {
  const builder = new GraphBuilder();
  const c = builder.matmul(builder.param('a', [n, n]), builder.param('b', [n, n]));
  const program = openCpu({ threads }).compile({ builder, outputs: new Map([['c', c]]) });
  program.write('a', a);
  program.write('b', b);
  return { run: () => program.run(), result: () => program.read('c') };
}

function openblas(): Product {
  const lib = koffi.load(library as string);
  lib.func('void openblas_set_num_threads(int n)')(threads);
  const sgemm = lib.func(
    'void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, float *a, int lda, float *b, int ldb, float beta, _Inout_ float *c, int ldc)',
  );
  const c = new Float32Array(n * n);
  // Row-major, no transposition.
  return { run: () => sgemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n), result: () => c };
}

interface Onnx {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object, fetches: object): Promise<unknown> }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => { data: Float32Array };
}

async function onnxruntime(): Promise<Product> {
  const ort = (await npmPeers(['onnxruntime-node@1.30.0'])).require('onnxruntime-node') as Onnx;
  const session = await ort.InferenceSession.create(matmulModel(n), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const tensor = (data: Float32Array) => new ort.Tensor('float32', data, [n, n]);
  const feeds = { A: tensor(a), B: tensor(b) };
  const c = tensor(new Float32Array(n * n));
  return { run: async () => void (await session.run(feeds, { C: c })), result: () => c.data };
}

const product: Product = await { ours, openblas, onnxruntime }[kind as 'ours' | 'openblas' | 'onnxruntime']();

await serve({
  /** GFLOP/s over at least `milliseconds`; with one thread per second of CPU time, which neighbours do not take away. */
  async measure(milliseconds: number) {
    await product.run();
    const [begin, cpu] = [performance.now(), process.cpuUsage()];
    let runs = 0;
    do {
      await product.run();
      runs++;
    } while (performance.now() - begin < milliseconds);
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = threads === 1 ? (user + system) / 1000 : performance.now() - begin;
    return (2 * n ** 3 * runs) / elapsed / 1e6;
  },
  result: () => sampled(product.result(), n),
});
