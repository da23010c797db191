// jax-js on its wasm backend: the whole step under jit, as its documentation recommends.

import type { SmallTrainer } from './js-contender.ts';
import type { JsModel, Named, TensorOps } from './js-models.ts';

/** Arrays are consumed by every use; `ref` keeps one for the next. */
interface Arr {
  readonly ref: Arr;
  reshape(shape: number[]): Arr;
  transpose(order: number[]): Arr;
  slice(...index: unknown[]): Arr;
  item(): number;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
type Unary = (x: Arr) => Arr;
type Binary = (x: Arr, y: Arr | number) => Arr;
type Axis = (x: Arr, axis: number, options?: { keepdims: boolean }) => Arr;

interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<A extends unknown[], R>(f: (...args: A) => R): (...args: A) => R;
  valueAndGrad(f: (params: Arr[], inputs: Arr[]) => Arr): (params: Arr[], inputs: Arr[]) => [Arr, Arr[]];
  numpy: {
    array(values: Float32Array, options: { shape: readonly number[] }): Arr;
    add: Binary;
    subtract: Binary;
    multiply: Binary;
    matmul: Binary;
    tanh: Unary;
    sqrt: Unary;
    reciprocal: Unary;
    mean: Axis;
    sum: Unary;
  };
  nn: { relu: Unary; softmax: Axis; logSoftmax: Axis };
}

const operations = ({ numpy: np, nn }: Jax): TensorOps<Arr> => ({
  matmul: (a, b) => np.matmul(a.ref, b.ref),
  add: (a, b) => np.add(a.ref, b.ref),
  sub: (a, b) => np.subtract(a.ref, b.ref),
  mul: (a, b) => np.multiply(a.ref, b.ref),
  scale: (a, by) => np.multiply(a.ref, by),
  addScalar: (a, by) => np.add(a.ref, by),
  mean: (a) => np.mean(a.ref, -1, { keepdims: true }),
  rsqrt: (a) => np.reciprocal(np.sqrt(a.ref)),
  tanh: (a) => np.tanh(a.ref),
  relu: (a) => nn.relu(a.ref),
  softmax: (a) => nn.softmax(a.ref, -1),
  logSoftmax: (a) => nn.logSoftmax(a.ref, -1),
  reshape: (a, shape) => a.ref.reshape(shape),
  transpose: (a, order) => a.ref.transpose(order),
  columns: (a, from, count) => a.ref.slice([], [from, from + count]),
  sum: (a) => np.sum(a.ref),
});

export async function jaxTrainer(
  peers: { import(file: string): Promise<unknown> },
  model: JsModel,
  device: 'wasm' | 'webgpu' = 'wasm',
): Promise<SmallTrainer> {
  const jax = (await peers.import('@jax-js/jax/dist/index.js')) as Jax;
  await jax.init(device);
  jax.defaultDevice(device);
  const t = operations(jax);
  const names = model.parameters.map((p) => p.name);
  const loss = (params: Arr[], inputs: Arr[]) =>
    model.loss(t, new Map(names.map((name, i) => [name, params[i] as Arr])), inputs);
  const step = jax.jit((params: Arr[], inputs: Arr[]): [Arr, Arr[]] => {
    const kept = params.map((p) => p.ref);
    const [value, grads] = jax.valueAndGrad(loss)(params, inputs);
    const next = kept.map((p, i) =>
      jax.numpy.subtract(p, jax.numpy.multiply(grads[i] as Arr, model.learningRate)),
    );
    return [value, next];
  });
  const load = ({ values, shape }: Named) => jax.numpy.array(values, { shape });
  const inputs = model.inputs.map(load);
  let params: Arr[] = [];
  return {
    reset() {
      for (const p of params) p.dispose();
      params = model.parameters.map(load);
    },
    step() {
      const [value, next] = step(
        params,
        inputs.map((x) => x.ref),
      );
      params = next;
      // A GPU cannot be read at once.
      return device === 'webgpu' ? value.data().then((values) => values[0] as number) : value.item();
    },
  };
}
