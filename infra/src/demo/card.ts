import type { RunCard } from '@tsudoi/schema';

/** About 4.2 million parameters, sized so that two cores train it in a few minutes. */
export function demoCard(sourceIds: string[], threads: number): RunCard {
  const sequenceLength = 256;
  return {
    title: '集い 4M / demo',
    purpose: 'The first model of this hub: small enough for two cores, made with every step on the record.',
    sourceIds: [...sourceIds].sort(),
    dedup: { ngram: 5, buckets: 20, rows: 10, seed: 1 },
    tokenizer: { vocabSize: 8192, maxPieceLength: 16, characterCoverage: 0.9995, sampleBytes: 6_000_000 },
    shards: { sequenceLength, heldOutShare: 0.02, seed: 42 },
    pretrain: {
      model: {
        architecture: 'llama',
        hiddenSize: 192,
        intermediateSize: 512,
        layers: 6,
        heads: 6,
        keyValueHeads: 6,
        ropeTheta: 10_000,
        rmsNormEps: 1e-5,
        tieWordEmbeddings: true,
      },
      optimizer: {
        name: 'adamw',
        learningRate: 3e-3,
        minLearningRate: 3e-4,
        warmupSteps: 20,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
      },
      batchSize: 8,
      sequenceLength,
      steps: 360,
      seed: 1234,
      checkpointEvery: 60,
      precision: 'float32',
    },
    evaluate: {
      prompts: ['このコマンドは', 'ファイルを', '設定ファイルの', 'The following directive', 'function '],
      sampleTokens: 60,
      temperature: 0.7,
      topP: 0.9,
      seed: 7,
    },
    needs: { threads, memoryMiB: 2048, diskMiB: 1024 },
    startCheck: true,
  };
}
