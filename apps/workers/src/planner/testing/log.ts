import {
  type ArtifactKind,
  type Command,
  type CorpusSettings,
  type DomainEvent,
  deterministicId,
  type RecordedEvent,
  type RunCard,
  type RunGates,
  type SourcePart,
} from '@tsudoi/schema';
import type { FilterPresets, JobDraft } from '../drafts.ts';
import { type PlannedCommand, plan } from '../plan.ts';
import { emptyPlannerState, evolve } from '../state.ts';

/** Builds logs of real events for the planner's tests, and plays the hub for the commands the planner asks for. */
export const uuid = (name: string) => deterministicId('test', name);
export const artifact = (name: string) => `art_${uuid(name).replaceAll('-', '')}`;

export const parts: SourcePart[] = [
  { location: { kind: 'deb', package: 'manpages-ja' }, include: ['**'], format: 'roff', language: 'ja' },
];
export const presets: FilterPresets = () => ({
  preset: 'web-ja',
  rules: [{ filter: 'length', params: { min: 1 } }],
});

export const card = (sourceIds: string[], startCheck = false): RunCard => ({
  title: 'A small run',
  purpose: 'a test',
  sourceIds,
  dedup: { ngram: 5, buckets: 4, rows: 4, seed: 1 },
  tokenizer: { vocabSize: 400, maxPieceLength: 8, characterCoverage: 0.9995, sampleBytes: 1000 },
  shards: { sequenceLength: 16, heldOutShare: 0.05, seed: 1 },
  pretrain: {
    model: {
      architecture: 'llama',
      hiddenSize: 16,
      intermediateSize: 32,
      layers: 1,
      heads: 2,
      keyValueHeads: 1,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tieWordEmbeddings: true,
    },
    optimizer: {
      name: 'adamw',
      learningRate: 1e-3,
      minLearningRate: 1e-4,
      warmupSteps: 2,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0.1,
      clipNorm: 1,
    },
    batchSize: 2,
    sequenceLength: 16,
    steps: 10,
    seed: 1,
    checkpointEvery: 5,
    precision: 'float32',
  },
  evaluate: { prompts: ['はじめに'], sampleTokens: 8, temperature: 0.7, topP: 0.9, seed: 1 },
  needs: { threads: 2, memoryMiB: 2048, diskMiB: 512 },
  startCheck,
});

export class TestLog {
  readonly recorded: RecordedEvent[] = [];

  append(event: DomainEvent, trace: string | null = null): this {
    const position = this.recorded.length + 1;
    const meta = {
      actor: 'system:test',
      commandId: uuid(`command ${position}`),
      correlationId: uuid(`correlation ${trace ?? ''}`),
      causationPosition: null,
      traceparent: trace,
    };
    const place = { position, eventId: uuid(`event ${position}`), version: 1, schemaVersion: 1 };
    this.recorded.push({
      ...place,
      streamType: 'job',
      streamId: uuid('stream'),
      event,
      meta,
      at: new Date(0),
    });
    return this;
  }

  proposed(sourceId: string): this {
    const rights = { train: true, search: true, redistribute: true };
    return this.append({
      type: 'SourceProposed',
      data: {
        sourceId,
        proposerId: uuid('a person'),
        groupId: null,
        titleJa: '出典',
        titleEn: 'source',
        description: '',
        licence: 'MIT',
        evidenceUrl: 'https://example.org',
        rights,
        parts,
        verdict: { expressions: ['MIT'], rights, obligations: [], refusals: [] },
        quorum: 2,
      },
    });
  }

  accepted(sourceId: string, trace: string | null = null): this {
    return this.append({ type: 'SourceAccepted', data: { sourceId, reviewerIds: [] } }, trace);
  }

  registered(
    runId: string,
    sourceIds: string[],
    startCheck = false,
    trace: string | null = null,
    corpus?: CorpusSettings,
    gates?: RunGates,
  ): this {
    return this.append(
      {
        type: 'RunRegistered',
        data: {
          runId,
          personId: uuid('a person'),
          groupId: null,
          card: {
            ...card(sourceIds, startCheck),
            ...(corpus ? { corpus } : {}),
            ...(gates ? { gates } : {}),
          },
          supersedes: null,
        },
      },
      trace,
    );
  }

  completed(job: JobDraft, outputs: { kind: ArtifactKind; stats?: Record<string, number> }[]): this {
    const ids = outputs.map(({ kind }) => artifact(`${job.jobId} ${kind}`));
    this.append({ type: 'JobCompleted', data: { jobId: job.jobId, epoch: 1, artifactIds: ids } });
    outputs.forEach(({ kind, stats }, i) => {
      const verdict = {
        expressions: [],
        rights: { train: true, search: true, redistribute: true },
        obligations: [],
        refusals: [],
      };
      const { inputs, sourceIds, jobId, runId, recipe } = job;
      const manifest = { kind, title: kind, files: [], stats: stats ?? {}, inputs, sourceIds, jobId, runId };
      this.append({
        type: 'ArtifactRegistered',
        data: {
          artifactId: ids[i],
          manifest: { ...manifest, recipe, codeCommit: 'test', licence: verdict },
        },
      });
    });
    return this;
  }

  failed(job: JobDraft, requeued: boolean): this {
    const rejection = { code: 'corpus.empty' as const, params: { stage: 'filter' } };
    return this.append({ type: 'JobFailed', data: { jobId: job.jobId, epoch: 1, rejection, requeued } });
  }

  plan(): PlannedCommand[] {
    const state = emptyPlannerState();
    for (const recorded of this.recorded) evolve(state, recorded);
    return plan(state, presets);
  }

  /** Does what the hub would do with the planned commands; answers the jobs that were drafted by it. */
  obey(): JobDraft[] {
    const drafts: JobDraft[] = [];
    for (const { command } of this.plan()) {
      this.record(command);
      if (command.type === 'job.draft') drafts.push(command.data);
    }
    return drafts;
  }

  private record(command: Command): void {
    if (command.type === 'job.draft') this.append({ type: 'JobDrafted', data: drafted(command.data) });
    else if (command.type === 'source.markIngested')
      this.append({ type: 'SourceIngested', data: command.data });
    else if (command.type === 'source.markIncluded')
      this.append({ type: 'SourceIncluded', data: command.data });
    else if (command.type === 'run.complete') this.append({ type: 'RunCompleted', data: command.data });
    else if (command.type === 'run.fail') this.append({ type: 'RunFailed', data: command.data });
    else throw new Error(`the planner does not send ${command.type}`);
  }
}

function drafted(data: JobDraft) {
  const { endCheck = false, verification = { method: 'hash' as const } } = data;
  return { ...data, endCheck, verification, kind: data.recipe.kind };
}
