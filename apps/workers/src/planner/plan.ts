import type { ArtifactKind, JobKind, RejectionValue } from '@tsudoi/schema';
import { type FilterPresets, filterDraft, ingestDraft, type JobDraft, runDrafts } from './drafts.ts';
import { draft, failRun, nextOfRun, type PlannedCommand, planned, taskOf } from './next-of-run.ts';
import { corpusOf, type MadeOfSource } from './plan-corpus.ts';
import { type Cause, type PlannedRun, type PlannedSource, type PlannerState, taskKey } from './state.ts';

export type { PlannedCommand } from './next-of-run.ts';

/**
 * Every command that is due and not yet in the log. It looks at the state and not at single events, so a planner that
 * crashed, started late or runs twice asks for the same things under the same ids; what is in the log is not asked again.
 */
export function plan(state: PlannerState, presets: FilterPresets): PlannedCommand[] {
  const due: PlannedCommand[] = [];
  for (const [sourceId, source] of state.sources) due.push(...planSource(state, sourceId, source, presets));
  for (const [runId, run] of state.runs) {
    due.push(...planInclusions(state, runId, run));
    if (run.state === 'open') due.push(...planRun(state, runId, run));
  }
  return due;
}

function planSource(
  state: PlannerState,
  sourceId: string,
  source: PlannedSource,
  presets: FilterPresets,
): PlannedCommand[] {
  if (source.state !== 'accepted' && source.state !== 'ingested') return [];
  const ingest = taskOf(state, 'ingest', sourceId, 'documents');
  if (!ingest) return [draft(ingestDraft(sourceId, source.parts), [source])];
  if (!ingest.output) return [];
  const due: PlannedCommand[] = [];
  if (source.state === 'accepted') due.push(markIngested(state, sourceId, ingest.output, ingest.job.cause));
  if (!taskOf(state, 'filter', sourceId, 'filtered-documents')) {
    due.push(draft(filterDraft(sourceId, source.parts, ingest.output, presets), [ingest.job]));
  }
  return due;
}

function markIngested(
  state: PlannerState,
  sourceId: string,
  artifactId: string,
  cause: Cause,
): PlannedCommand {
  const stats = state.artifacts.get(artifactId)?.stats ?? {};
  const data = {
    sourceId,
    artifactId,
    documents: Number(stats.documents ?? 0),
    bytes: Number(stats.bytes ?? 0),
  };
  return planned({ type: 'source.markIngested', data }, cause);
}

/** The corpus of a run, once it is made, holds documents of each of the run's sources. */
function planInclusions(state: PlannerState, runId: string, run: PlannedRun): PlannedCommand[] {
  const dedup = taskOf(state, 'dedup', runId, 'corpus');
  const artifactId = dedup?.output;
  if (!dedup || !artifactId) return [];
  return run.card.sourceIds
    .filter((sourceId) => {
      const source = state.sources.get(sourceId);
      return source?.state === 'ingested' && !source.includedIn.includes(artifactId);
    })
    .map((sourceId) =>
      planned({ type: 'source.markIncluded', data: { sourceId, artifactId } }, dedup.job.cause),
    );
}

function planRun(state: PlannerState, runId: string, run: PlannedRun): PlannedCommand[] {
  const filtered: MadeOfSource[] = [];
  for (const sourceId of run.card.sourceIds) {
    const failure = sourceFailure(state, sourceId);
    if (failure) return [failRun(runId, failure.jobId, failure.rejection, failure.cause)];
    const filter = taskOf(state, 'filter', sourceId, 'filtered-documents');
    if (!filter?.output) return [];
    filtered.push({ sourceId, output: filter.output, job: filter.job });
  }
  const drafts = runDrafts(runId, run.card);
  const next = (kind: JobKind, output: ArtifactKind, make: () => JobDraft, causes: { cause: Cause }[]) =>
    nextOfRun(state, runId, { kind, id: runId, output, make, causes });

  const dedup = corpusOf(state, runId, run, filtered);
  if ('due' in dedup) return dedup.due;
  const corpus = dedup.output;
  const tokenizing = next('tokenizer', 'tokenizer', () => drafts.tokenizer(corpus), [dedup.job]);
  if ('due' in tokenizing) return tokenizing.due;
  const tokenizer = tokenizing.output;
  const packing = next('shards', 'token-shards', () => drafts.shards(corpus, tokenizer), [tokenizing.job]);
  if ('due' in packing) return packing.due;
  const shards = packing.output;
  const training = next('pretrain', 'model', () => drafts.pretrain(shards, tokenizer), [packing.job]);
  if ('due' in training) return training.due;
  const model = training.output;
  const inputs = { model, shards, corpus, tokenizer };
  const evaluation = next('evaluate', 'evaluation', () => drafts.evaluate(inputs), [training.job]);
  if ('due' in evaluation) return evaluation.due;
  const data = { runId, modelArtifactId: model, evaluationArtifactId: evaluation.output };
  return [planned({ type: 'run.complete', data }, evaluation.job.cause)];
}

/** Why a source will never give filtered documents, if that is so: a run must not wait for it for ever. */
function sourceFailure(state: PlannerState, sourceId: string) {
  for (const kind of ['ingest', 'filter'] as const) {
    const found = taskOf(state, kind, sourceId, 'documents');
    if (found?.job.failure)
      return { jobId: found.jobId, rejection: found.job.failure, cause: found.job.cause };
  }
  const source = state.sources.get(sourceId);
  const jobId = state.tasks.get(taskKey('ingest', sourceId));
  if (source?.state !== 'closed' || !jobId) return null;
  const rejection: RejectionValue = { code: 'run.source-not-accepted', params: { sourceId } };
  return { jobId, rejection, cause: source.cause };
}
