import type { ArtifactDraft, CommandData, Needs, Recipe, RunCard } from '@tsudoi/schema';
import type { JobDrafted } from '../job/job.ts';
import { uuidV7 } from '../log/uuid-v7.ts';

/** Valid inputs for tests; each test changes only what it is about. */
export const smallNeeds: Needs = { threads: 1, memoryMiB: 512, diskMiB: 256 };
export const bigOffer: Needs = { threads: 8, memoryMiB: 16_384, diskMiB: 65_536 };

export function proposal(change: Partial<CommandData<'source.propose'>> = {}): CommandData<'source.propose'> {
  const sourceId = change.sourceId ?? uuidV7();
  return {
    sourceId,
    groupId: null,
    titleJa: `出典 ${sourceId}`,
    titleEn: `Source ${sourceId}`,
    description: '',
    licence: 'CC-BY-SA-4.0',
    evidenceUrl: 'https://example.org/licence',
    rights: { train: true, search: true, redistribute: true },
    parts: [
      {
        location: { kind: 'deb', package: 'manpages-ja' },
        include: ['**/*.gz'],
        format: 'roff',
        language: 'ja',
      },
    ],
    ...change,
  };
}

export function ingestRecipe(sourceId: string): Recipe {
  const limits = { maxBytes: 1e8, maxFiles: 1000, maxSeconds: 60 };
  return { kind: 'ingest', sourceId, parts: proposal().parts, limits };
}

export function jobDraft(change: Partial<CommandData<'job.draft'>> = {}): CommandData<'job.draft'> {
  const sourceId = uuidV7();
  return {
    jobId: uuidV7(),
    recipe: ingestRecipe(sourceId),
    inputs: [],
    sourceIds: [sourceId],
    runId: null,
    needs: smallNeeds,
    startCheck: false,
    maxEpochs: 3,
    ...change,
  };
}

/** What the log holds of a job that is drafted so. */
export function drafted(data: CommandData<'job.draft'>): JobDrafted {
  const { endCheck = false, verification = { method: 'hash' as const } } = data;
  return { ...data, endCheck, verification, kind: data.recipe.kind };
}

export function runCard(sourceIds: string[]): RunCard {
  return {
    title: '小さなモデル',
    purpose: 'A test of the rules',
    sourceIds,
    dedup: { ngram: 5, buckets: 14, rows: 8, seed: 1 },
    tokenizer: { vocabSize: 8000, maxPieceLength: 16, characterCoverage: 0.9995, sampleBytes: 1_000_000 },
    shards: { sequenceLength: 256, heldOutShare: 0.05, seed: 1 },
    pretrain: {
      model: {
        architecture: 'llama',
        hiddenSize: 192,
        intermediateSize: 512,
        layers: 6,
        heads: 6,
        keyValueHeads: 2,
        ropeTheta: 10_000,
        rmsNormEps: 1e-5,
        tieWordEmbeddings: true,
      },
      optimizer: {
        name: 'adamw',
        learningRate: 1e-3,
        minLearningRate: 1e-4,
        warmupSteps: 20,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
      },
      batchSize: 8,
      sequenceLength: 256,
      steps: 200,
      seed: 1,
      checkpointEvery: 50,
      precision: 'float32',
    },
    evaluate: { prompts: ['日本の'], sampleTokens: 32, temperature: 0.8, topP: 0.95, seed: 1 },
    needs: smallNeeds,
    startCheck: false,
  };
}

export const sampleHash = 'a'.repeat(64);

export function artifactDraft(kind: ArtifactDraft['kind'], sha256 = sampleHash): ArtifactDraft {
  const file = { path: 'data/part-0.jsonl.gz', sha256, size: 10, mediaType: 'application/gzip' };
  return { kind, title: `a ${kind}`, files: [file], stats: { documents: 3, bytes: 99 } };
}
