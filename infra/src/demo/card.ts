import type { RunCard } from '@tsudoi/schema';

/**
 * About 4.4 million parameters, sized so that two cores train it in four minutes. With 1.6 M tokens to learn from, many
 * small steps and a shallow, wide model come further than the usual shape.
 */
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
        hiddenSize: 256,
        intermediateSize: 640,
        layers: 3,
        heads: 8,
        keyValueHeads: 8,
        ropeTheta: 10_000,
        rmsNormEps: 1e-5,
        tieWordEmbeddings: true,
        initializerRange: 0.07, // about 1/sqrt(hiddenSize): at this width 0.02 costs 0.2 nats
      },
      optimizer: {
        name: 'adamw',
        learningRate: 5e-3,
        minLearningRate: 3e-4,
        warmupSteps: 50,
        beta1: 0.9,
        beta2: 0.98,
        eps: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
      },
      batchSize: 4,
      sequenceLength,
      steps: 1600,
      seed: 1234,
      checkpointEvery: 200,
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
