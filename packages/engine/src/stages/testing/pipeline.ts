import type { RecipeOf } from '@tsudoi/schema';
import { shards } from '../shards.ts';
import type { InputArtifact, StageOutput } from '../stage.ts';
import { tokenizer } from '../tokenizer.ts';
import { corpusArtifact, sampleDocuments, testContext } from './context.ts';

const runId = '00000000-0000-4000-8000-000000000002';

export const tinyPretrain: RecipeOf<'pretrain'> = {
  kind: 'pretrain',
  runId,
  model: {
    architecture: 'llama',
    hiddenSize: 32,
    intermediateSize: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
  },
  optimizer: {
    name: 'adamw',
    learningRate: 5e-3,
    minLearningRate: 5e-4,
    warmupSteps: 3,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0.1,
    clipNorm: 1,
  },
  batchSize: 4,
  sequenceLength: 32,
  steps: 14,
  seed: 5,
  checkpointEvery: 5,
  precision: 'float32',
};

export function asInput(output: StageOutput, digit: string): InputArtifact {
  const { kind, stats, files } = output;
  return {
    artifactId: `art_${digit.repeat(32)}`,
    kind,
    stats,
    sourceIds: [],
    files: Object.fromEntries(files.map((file) => [file.path, file.localPath])),
  };
}

/** Corpus, tokenizer and shards of generated Japanese sentences, made by the real stages. */
export async function smallPipeline(documents = 300) {
  const corpus = await corpusArtifact(sampleDocuments(documents));
  const tokenizing = {
    vocabSize: 340,
    maxPieceLength: 8,
    characterCoverage: 0.9995,
    sampleBytes: 10_000_000,
  };
  const [tokenizerOutput] = await tokenizer(
    { kind: 'tokenizer', runId, ...tokenizing },
    testContext([corpus]).context,
  );
  const tokenizerInput = asInput(tokenizerOutput, '1');
  const sharding = { sequenceLength: tinyPretrain.sequenceLength, heldOutShare: 0.1, seed: 3 };
  const [shardsOutput] = await shards(
    { kind: 'shards', runId, ...sharding },
    testContext([corpus, tokenizerInput]).context,
  );
  return { corpus, tokenizer: tokenizerInput, shards: asInput(shardsOutput, '2') };
}
