// TensorFlow.js on its wasm backend (XNNPACK), with its own gradients.

import { join } from 'node:path';
import type { SmallTrainer } from './js-contender.ts';
import type { JsModel, Named, TensorOps } from './js-models.ts';

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Variable extends Tensor {
  assign(value: Tensor): void;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  getBackend(): string;
  tidy<T>(f: () => T): T;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  variable(initial: Tensor): Variable;
  variableGrads(f: () => Tensor, variables: Variable[]): { value: Tensor; grads: Record<string, Tensor> };
  matMul(a: Tensor, b: Tensor): Tensor;
  add(a: Tensor, b: Tensor | number): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  mean(a: Tensor, axis: number, keepDims: boolean): Tensor;
  rsqrt(a: Tensor): Tensor;
  tanh(a: Tensor): Tensor;
  relu(a: Tensor): Tensor;
  softmax(a: Tensor): Tensor;
  logSoftmax(a: Tensor): Tensor;
  reshape(a: Tensor, shape: number[]): Tensor;
  transpose(a: Tensor, order: number[]): Tensor;
  slice(a: Tensor, begin: number[], size: number[]): Tensor;
  sum(a: Tensor): Tensor;
}

const operations = (tf: Tf): TensorOps<Tensor> => ({
  matmul: (a, b) => tf.matMul(a, b),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  scale: (a, by) => tf.mul(a, by),
  addScalar: (a, by) => tf.add(a, by),
  mean: (a) => tf.mean(a, -1, true),
  rsqrt: (a) => tf.rsqrt(a),
  tanh: (a) => tf.tanh(a),
  relu: (a) => tf.relu(a),
  softmax: (a) => tf.softmax(a),
  logSoftmax: (a) => tf.logSoftmax(a),
  reshape: (a, shape) => tf.reshape(a, shape),
  transpose: (a, order) => tf.transpose(a, order),
  columns: (a, from, count) => tf.slice(a, [0, from], [-1, count]),
  sum: (a) => tf.sum(a),
});

export async function tfjsTrainer(
  peers: { folder: string; require(name: string): unknown },
  model: JsModel,
): Promise<SmallTrainer> {
  const tf = peers.require('@tensorflow/tfjs') as Tf;
  const wasm = peers.require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
  wasm.setWasmPaths(`${join(peers.folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  if (tf.getBackend() !== 'wasm') throw new Error(`tfjs runs on ${tf.getBackend()}`);
  const t = operations(tf);
  const load = ({ values, shape }: Named) => tf.tensor(values, shape);
  const inputs = model.inputs.map(load);
  const variables = model.parameters.map((p) => tf.variable(load(p)));
  const named = new Map<string, Tensor>(model.parameters.map((p, i) => [p.name, variables[i] as Tensor]));
  return {
    reset() {
      model.parameters.forEach((p, i) => {
        const value = load(p);
        variables[i]?.assign(value);
      });
    },
    step: () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => model.loss(t, named, inputs), variables);
        Object.values(grads).forEach((grad, i) => {
          const variable = variables[i] as Variable;
          variable.assign(tf.sub(variable, tf.mul(grad, model.learningRate)));
        });
        return value.dataSync()[0] as number;
      }),
  };
}
