// One side of a comparison on WebGPU, in a process of its own. Arguments: SIDE (ours, jax or peak), TASK (matmul or
// gpt or gpt-124m), SIZE of matrices or batches, `software` to use SwiftShader where the machine has no adapter.

import { dawn, GraphBuilder, gradients, openWebGpuInNode, useSwiftShader } from '@tsudoi/engine/webgpu';
import { serve } from './contender.ts';
import { gptLoss, gptStep, HYPER, hyperValues } from './gpt-graph.ts';
import { type GptShape, gptParameters, gptTokens, gptWeights } from './gpt-shape.ts';
import { jaxTrainer } from './js-jax.ts';
import { GPT, gpt, gptIds, gptNamed } from './js-models.ts';
import { jaxMatmul, jaxOn } from './webgpu-jax.ts';
import { peakProbe } from './webgpu-peak.ts';

const [side, task, size, software] = process.argv.slice(2) as [string, string, string, string | undefined];
if (software === 'software') await useSwiftShader();
const AT_A_TIME = software === 'software' ? 1 : 4;

const matrix = (n: number, seed: number) =>
  Float32Array.from({ length: n * n }, (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >>> 8) / 2 ** 24) * 2 - 1);

/** Rates of `step` over at least `milliseconds`, in steps a second; `settle` waits for what was enqueued. */
async function rate(
  milliseconds: number,
  step: () => void | Promise<void>,
  settle: () => Promise<void>,
): Promise<number> {
  await settle();
  const begin = performance.now();
  let steps = 0;
  do {
    // A few at a time stay enqueued, so that the device never waits for this process.
    for (let i = 0; i < AT_A_TIME; i++) await step();
    steps += AT_A_TIME;
    await settle();
  } while (performance.now() - begin < milliseconds);
  return (1000 * steps) / (performance.now() - begin);
}

async function matmulSide(n: number) {
  const [a, b] = [matrix(n, 1), matrix(n, 2)];
  if (side === 'jax') {
    const jax = await jaxMatmul(await dawn(), n, a, b);
    const flops = 2 * n ** 3;
    return {
      async measure(milliseconds: number) {
        const begin = performance.now();
        let times = 0;
        do {
          await jax.multiply(4);
          times += 4;
        } while (performance.now() - begin < milliseconds);
        return (times * flops) / (performance.now() - begin) / 1e6;
      },
      worst: async () => worstError(n, a, b, await jax.result()),
    };
  }
  const device = await openWebGpuInNode();
  const builder = new GraphBuilder();
  const c = builder.matmul(builder.param('a', [n, n]), builder.param('b', [n, n]));
  const program = await device.compile({ builder, outputs: new Map([['c', c]]) });
  program.write('a', a);
  program.write('b', b);
  return {
    device: () => ({ name: device.description, isSoftware: device.isSoftware }),
    measure: async (milliseconds: number) =>
      ((await rate(
        milliseconds,
        () => program.run(),
        () => program.idle(),
      )) *
        2 *
        n ** 3) /
      1e9,
    async worst() {
      program.run();
      return worstError(n, a, b, await program.read('c'));
    },
  };
}

/** The largest error of 200 elements against float64, relative to sqrt(n). */
function worstError(n: number, a: Float32Array, b: Float32Array, c: Float32Array): number {
  let worst = 0;
  for (let probe = 0; probe < 200; probe++) {
    const [i, j] = [(probe * 7919) % n, (probe * 104729) % n];
    let want = 0;
    for (let k = 0; k < n; k++) want += (a[i * n + k] as number) * (b[k * n + j] as number);
    worst = Math.max(worst, Math.abs((c[i * n + j] as number) - want) / Math.sqrt(n));
  }
  return worst;
}

/** The small GPT that jax-js also trains: plain gradient descent from the same weights. */
async function smallGpt() {
  if (side === 'jax') {
    const trainer = await jaxTrainer(await jaxOn(await dawn()), gpt, 'webgpu');
    return {
      async losses(count: number) {
        trainer.reset();
        const out: number[] = [];
        for (let i = 0; i < count; i++) out.push(await trainer.step());
        return out;
      },
      measure: (milliseconds: number) =>
        rate(
          milliseconds,
          async () => void (await trainer.step()),
          async () => undefined,
        ),
    };
  }
  const device = await openWebGpuInNode();
  const builder = new GraphBuilder();
  const loss = gptLoss(builder, GPT);
  const initial = gptNamed();
  const params = initial.map(({ name, shape }) => builder.param(name, shape));
  const grads = gradients(builder, loss, params);
  const updates = new Map(
    params.map((p, i) => [
      (initial[i] as { name: string }).name,
      builder.sub(p, builder.mul(grads[i] as typeof p, gpt.learningRate)),
    ]),
  );
  const program = await device.compile({ builder, outputs: new Map([['loss', loss]]), updates });
  const step = async () => ((await program.runAndRead(['loss']))[0] as Float32Array)[0] as number;
  return {
    async losses(count: number) {
      for (const { name, values } of initial) program.write(name, values);
      program.write('ids', Int32Array.from(gptIds(0)));
      program.write('targets', Int32Array.from(gptIds(1)));
      const out: number[] = [];
      for (let i = 0; i < count; i++) out.push(await step());
      return out;
    },
    // Both sides read the loss of every step.
    measure: (milliseconds: number) =>
      rate(
        milliseconds,
        async () => void (await step()),
        async () => undefined,
      ),
  };
}

/** GPT-2 124M with AdamW; steps a second, and the losses of the first steps. */
async function largeGpt(batch: number) {
  const shape: GptShape = { vocab: 50304, length: 1024, layers: 12, heads: 12, width: 768, batch };
  const device = await openWebGpuInNode();
  const program = await device.compile(gptStep(shape));
  const weights = gptWeights(shape);
  let at = 0;
  for (const { name, shape: dims } of gptParameters(shape)) {
    const n = dims.reduce((x, d) => x * d, 1);
    program.write(name, weights.subarray(at, at + n));
    at += n;
  }
  const tokens = gptTokens(shape);
  const width = shape.length + 1;
  const rows = (offset: number) =>
    Int32Array.from(
      { length: batch * shape.length },
      (_, i) => tokens[Math.floor(i / shape.length) * width + (i % shape.length) + offset] as number,
    );
  program.write('ids', rows(0));
  program.write('targets', rows(1));
  let steps = 0;
  const step = () => {
    program.write(HYPER, hyperValues(++steps));
    program.run();
  };
  return {
    async losses(count: number) {
      const out: number[] = [];
      for (let i = 0; i < count; i++) {
        program.write(HYPER, hyperValues(++steps));
        out.push(((await program.runAndRead(['loss']))[0] as Float32Array)[0] as number);
      }
      return out;
    },
    measure: (milliseconds: number) => rate(milliseconds, step, () => program.idle()),
    /** Milliseconds of device time by kernel, where the device has a timer. */
    profile: () => program.profile(),
  };
}

/** Also asked what the machine has; null is a machine without an adapter. */
async function peakSide() {
  const device = await openWebGpuInNode().catch(() => null);
  if (!device) return { device: () => null };
  const { isSoftware, description } = device;
  device.dispose();
  const measure = await peakProbe(await dawn(), isSoftware);
  return { device: () => ({ name: description, isSoftware }), measure: () => measure() };
}

const functions = (): Promise<object> => {
  if (side === 'peak') return peakSide();
  if (task === 'matmul') return matmulSide(Number(size));
  return task === 'gpt' ? smallGpt() : largeGpt(Number(size));
};
await serve((await functions()) as Record<string, (argument: never) => unknown>);
