// jax-js on its WebGPU backend, on the same Dawn: it finds its device in `navigator`.

import { dawnGlobals } from '@tsudoi/engine/webgpu';
import { npmPeers } from '../peers/npm.ts';

interface Arr {
  readonly ref: Arr;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<Arr>;
  dispose(): void;
}

interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<A extends unknown[], R>(f: (...args: A) => R): (...args: A) => R;
  numpy: {
    array(values: Float32Array, options: { shape: readonly number[] }): Arr;
    matmul(a: Arr, b: Arr): Arr;
  };
}

export const JAX = '@jax-js/jax@0.1.25';

/** Makes Dawn visible as a browser would, then loads jax-js. */
export async function jaxOn(gpu: GPU) {
  const navigator = { gpu, userAgent: 'Node', hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  Object.assign(globalThis, await dawnGlobals());
  return npmPeers([JAX, '@tensorflow/tfjs-core@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0']);
}

/** The product of two square matrices, jitted; `multiply` resolves when `times` of them are computed. */
export async function jaxMatmul(gpu: GPU, n: number, a: Float32Array, b: Float32Array) {
  const jax = (await (await jaxOn(gpu)).import('@jax-js/jax/dist/index.js')) as Jax;
  await jax.init('webgpu');
  jax.defaultDevice('webgpu');
  const [x, y] = [a, b].map((values) => jax.numpy.array(values, { shape: [n, n] })) as [Arr, Arr];
  const product = jax.jit((p: Arr, q: Arr) => jax.numpy.matmul(p, q));
  return {
    async multiply(times: number): Promise<void> {
      for (let i = 0; i < times; i++) {
        const c = product(x.ref, y.ref);
        if (i === times - 1) await c.ref.blockUntilReady();
        c.dispose();
      }
    },
    result: () => product(x.ref, y.ref).data(),
  };
}
