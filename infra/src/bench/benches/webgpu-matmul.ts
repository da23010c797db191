import type { Bench, BenchCase } from '../bench.ts';
import { SOFTWARE, webGpuMachine } from '../engine/webgpu-machine.ts';

/** Of a sum of n products in float32, relative to sqrt(n): the tolerance of float32 with room for n = 4096. */
const TOLERANCE = 2e-5;

export const bench: Bench = {
  about:
    'float32 matrix product on WebGPU against jax-js on the same Dawn and against the peak of the shader cores',
  async *cases(options) {
    const machine = await webGpuMachine();
    const sizes = machine.isSoftware ? [64] : options.quick ? [2048] : [1024, 2048, 4096];
    const milliseconds = machine.isSoftware ? 1 : 400;
    for (const n of sizes) {
      for (const peer of ['jax', 'peak'] as const) {
        const ours = machine.start('ours', 'matmul', n);
        const theirs = machine.start(peer, 'matmul', n);
        const worst = async () =>
          Math.max(await ours.call<number>('worst'), peer === 'jax' ? await theirs.call<number>('worst') : 0);
        yield {
          case: `${n}, ${machine.name}`,
          peer: peer === 'jax' ? '@jax-js/jax 0.1.25 (webgpu, jit)' : 'chains of fma in registers (WGSL)',
          unit: 'GFLOP/s',
          better: 'more',
          ours: () => ours.call('measure', milliseconds),
          // On a software adapter the peer is left out, so that the case can never pass as a measurement.
          ...(machine.isSoftware
            ? { missing: SOFTWARE }
            : { theirs: () => theirs.call<number>('measure', milliseconds) }),
          verify: async () => (await worst()) < TOLERANCE,
          must: peer === 'jax' ? 1.2 : 0.3,
          aim: peer === 'jax' ? 2 : 0.5,
          close() {
            ours.close();
            theirs.close();
          },
        } satisfies BenchCase;
      }
    }
  },
};
