// Trains a small character model on this machine's GPU, away from the page's thread. Nothing is sent anywhere but to
// the page.

/// <reference types="@webgpu/types" />

import {
  createAsyncTrainer,
  DeviceUnavailable,
  generatorOf,
  type ModelConfig,
  openWebGpu,
  philox,
  traceDecodingStep,
  type WebGpuDevice,
  writeParameters,
} from '@tsudoi/engine/browser';
import { alphabetOf, batchOf } from './characters.ts';
import { type FromWorker, type Size, TOTAL_STEPS, type ToWorker } from './protocol.ts';

const SIZES: Record<Size, { hidden: number; layers: number; heads: number; batch: number; length: number }> =
  {
    small: { hidden: 64, layers: 2, heads: 4, batch: 16, length: 48 },
    medium: { hidden: 192, layers: 4, heads: 6, batch: 32, length: 128 },
  };
/** A CPU behind WebGPU gets what it can do while somebody watches. */
const SOFTWARE = { hidden: 32, layers: 1, heads: 2, batch: 4, length: 32 };
const SAMPLE_LENGTH = 80;
const PROGRESS_EVERY = 200;
const IN_FLIGHT = 3;
const SEED = 7;

const say = (message: FromWorker) => postMessage(message);

let resume: (() => void) | undefined;
let paused: Promise<void> | undefined;

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') {
    train(data.text, data.size).catch((error: Error) => {
      const kind = error instanceof DeviceUnavailable ? 'device' : 'text';
      say({ type: 'failed', kind, detail: error.message });
    });
  } else if (data.type === 'pause') {
    paused ??= new Promise((go) => {
      resume = go;
    });
  } else {
    resume?.();
    paused = undefined;
  }
});

async function train(text: string, size: Size): Promise<void> {
  const device = await openWebGpu(navigator.gpu);
  const alphabet = alphabetOf(text);
  const ids = alphabet.encode(text);
  const shape = device.isSoftware ? SOFTWARE : SIZES[size];
  const config: ModelConfig = {
    vocabSize: alphabet.characters.length,
    hiddenSize: shape.hidden,
    layers: shape.layers,
    heads: shape.heads,
    keyValueHeads: shape.heads,
    intermediateSize: 3 * shape.hidden,
    maxPositions: Math.max(shape.length, SAMPLE_LENGTH + 8),
    tieEmbeddings: true,
  };
  const trainer = await createAsyncTrainer({
    ...{ config, device, batchSize: shape.batch, sequenceLength: shape.length, seed: SEED },
    optimizer: { learningRate: size === 'medium' && !device.isSoftware ? 2e-3 : 5e-3 },
    schedule: { warmupSteps: 20, totalSteps: TOTAL_STEPS },
  });
  const writer = await sampler(device, config);
  const initial = await trainer.parameters();
  let parameters = 0;
  for (const { data } of initial.values()) parameters += data.length;
  say({
    ...{ type: 'ready', device: device.description, isSoftware: device.isSoftware, parameters },
    ...{ characters: alphabet.characters.length, uniform: Math.log(alphabet.characters.length) },
  });

  const prompt = [...ids.subarray(0, 4)];
  const progress = progressReporter(shape.batch * shape.length);
  const pending: Promise<{ step: number; loss: number }>[] = [];
  for (let step = 1; step <= TOTAL_STEPS; step++) {
    if (paused) {
      await Promise.all(pending);
      await paused;
      progress.restart();
    }
    const batch = batchOf(ids, shape, (row) => philox([step, row, 0, 0], [SEED, 1])[0]);
    pending.push(trainer.step(batch));
    if (pending.length >= IN_FLIGHT || step === TOTAL_STEPS || isSampled(step)) {
      const known = await (isSampled(step) || step === TOTAL_STEPS
        ? Promise.all(pending.splice(0))
        : first(pending));
      for (const result of known) {
        if (!Number.isFinite(result.loss)) {
          say({ type: 'failed', kind: 'diverged', detail: `step ${result.step}` });
          return device.dispose();
        }
        progress.add(result.step, result.loss);
      }
    }
    if (isSampled(step)) {
      progress.flush();
      const written = await writer(await trainer.parameters(), prompt, step);
      say({ type: 'sample', step, text: alphabet.decode([...prompt, ...written]) });
      progress.restart();
    }
  }
  progress.flush();
  say({ type: 'done' });
  trainer.dispose();
}

const first = async <T>(pending: Promise<T>[]): Promise<T[]> => [await (pending.shift() as Promise<T>)];

/** Often at first, when much changes. */
const isSampled = (step: number) => step === 10 || step === 50 || step % 100 === 0;

/** Losses in small batches, and the rate since training last went on. */
function progressReporter(tokensPerStep: number) {
  let points: [number, number][] = [];
  let since = performance.now();
  let steps = 0;
  let told = since;
  const flush = () => {
    if (points.length === 0) return;
    const seconds = (performance.now() - since) / 1000;
    say({ type: 'progress', points, tokensPerSecond: (steps * tokensPerStep) / Math.max(seconds, 1e-3) });
    points = [];
    told = performance.now();
  };
  return {
    add(step: number, loss: number) {
      points.push([step, loss]);
      steps++;
      if (performance.now() - told >= PROGRESS_EVERY) flush();
    },
    flush,
    restart() {
      since = performance.now();
      steps = 0;
    },
  };
}

/** The decoding program is compiled once; each sample gives it the newest parameters. */
async function sampler(device: WebGpuDevice, config: ModelConfig) {
  const program = await device.compile(traceDecodingStep(config));
  const generator = generatorOf(program, config, () => program.dispose());
  return async (
    parameters: Parameters<typeof writeParameters>[1]['parameters'],
    prompt: readonly number[],
    seed: number,
  ): Promise<readonly number[]> => {
    writeParameters(program, { config, parameters });
    const options = { maxNewTokens: SAMPLE_LENGTH, temperature: 0.8, topK: 40, seed };
    return (await generator.generate(prompt, options)).ids;
  };
}
