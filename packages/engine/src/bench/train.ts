// Times the training step of a Llama on random tokens; for our own benchmark harness.

import { trainingFlopsPerToken } from '../models/families.ts';
import type { LlamaConfig } from '../models/llama-config.ts';
import { createTrainer } from '../train/trainer.ts';

export interface TrainingBench {
  readonly tokensPerSecond: number;
  /** Per second of CPU time of the whole process: comparable on a busy machine. */
  readonly tokensPerCpuSecond: number;
  readonly gigaflopsPerCpuSecond: number;
  readonly compileMilliseconds: number;
  readonly arenaBytes: number;
  /** Milliseconds of one step by kernel symbol, the largest first. */
  readonly kernels: readonly { symbol: string; milliseconds: number; gigaflops: number }[];
}

export const demoConfig: LlamaConfig = {
  vocabSize: 8192,
  hiddenSize: 192,
  layers: 6,
  heads: 6,
  intermediateSize: 512,
  maxPositions: 256,
  tieEmbeddings: true,
};

export function benchTraining(
  options: {
    config?: LlamaConfig;
    batchSize?: number;
    sequenceLength?: number;
    steps?: number;
    threads?: number;
    cacheDir?: string;
  } = {},
): TrainingBench {
  const { config = demoConfig, batchSize = 8, sequenceLength = 256, steps = 5 } = options;
  const begin = performance.now();
  const trainer = createTrainer({
    config,
    batchSize,
    sequenceLength,
    optimizer: { learningRate: 1e-3 },
    schedule: { warmupSteps: 10, totalSteps: 1000 },
    seed: 1,
    threads: options.threads,
    cacheDir: options.cacheDir,
  });
  const compileMilliseconds = performance.now() - begin;
  const tokens = Int32Array.from(
    { length: batchSize * (sequenceLength + 1) },
    (_, i) => (i * 7919) % config.vocabSize,
  );
  trainer.step(tokens);
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < steps; i++) trainer.step(tokens);
  const seconds = (performance.now() - wall) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const processed = steps * batchSize * sequenceLength;
  const kernels = summarise(trainer.profile(tokens));
  const arenaBytes = trainer.arenaBytes;
  trainer.dispose();
  return {
    tokensPerSecond: processed / seconds,
    tokensPerCpuSecond: processed / cpuSeconds,
    gigaflopsPerCpuSecond: (trainingFlopsPerToken(config, sequenceLength) * processed) / cpuSeconds / 1e9,
    compileMilliseconds,
    arenaBytes,
    kernels,
  };
}

function summarise(profile: readonly { symbol: string; milliseconds: number; flops: number }[]) {
  const bySymbol = new Map<string, { milliseconds: number; flops: number }>();
  for (const { symbol, milliseconds, flops } of profile) {
    const entry = bySymbol.get(symbol) ?? { milliseconds: 0, flops: 0 };
    entry.milliseconds += milliseconds;
    entry.flops += flops;
    bySymbol.set(symbol, entry);
  }
  return [...bySymbol]
    .map(([symbol, { milliseconds, flops }]) => ({
      symbol,
      milliseconds,
      gigaflops: flops / milliseconds / 1e6,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
