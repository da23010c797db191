import type { RunCard } from '@tsudoi/schema';
import type { Proposal } from './play.ts';

/** One small source and a very small model: what is shown is what happens when a worker dies. */
export function killCard(sourceIds: string[], threads: number, title: string): RunCard {
  const sequenceLength = 64;
  return {
    title,
    purpose:
      'Shows that a worker killed in mid-run costs at most one checkpoint interval and changes no bit of the result.',
    sourceIds,
    dedup: { ngram: 5, buckets: 20, rows: 10, seed: 1 },
    tokenizer: { vocabSize: 2048, maxPieceLength: 16, characterCoverage: 0.999, sampleBytes: 400_000 },
    shards: { sequenceLength, heldOutShare: 0.05, seed: 42 },
    pretrain: {
      model: {
        architecture: 'llama',
        hiddenSize: 64,
        intermediateSize: 192,
        layers: 2,
        heads: 4,
        keyValueHeads: 2,
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
      steps: 1200,
      seed: 1234,
      checkpointEvery: 100,
      precision: 'float32',
    },
    evaluate: { prompts: ['The '], sampleTokens: 8, temperature: 0, topP: 1, seed: 1 },
    needs: { threads, memoryMiB: 512, diskMiB: 256 },
    startCheck: false,
  };
}

export const killSource: Proposal = {
  titleJa: 'Apache HTTP サーバーの文書(日本語)',
  titleEn: 'Apache HTTP Server documentation (Japanese)',
  description: 'Debian の apache2-doc に含まれる日本語のマニュアル。',
  licence: 'Apache-2.0',
  evidenceUrl: 'https://httpd.apache.org/docs/2.4/license.html',
  rights: { train: true, search: true, redistribute: true },
  parts: [
    {
      location: { kind: 'deb', package: 'apache2-doc' },
      include: ['usr/share/doc/apache2-doc/manual/ja/**/*.html'],
      format: 'html',
      language: 'ja',
    },
  ],
};
