import {
  type ArtifactKind,
  type Command,
  deterministicId,
  type JobKind,
  type RejectionValue,
} from '@tsudoi/schema';
import { type FilterPresets, filterDraft, ingestDraft, type JobDraft, runDrafts } from './drafts.ts';
import {
  type Cause,
  type PlannedJob,
  type PlannedRun,
  type PlannedSource,
  type PlannerState,
  rankKey,
  taskKey,
} from './state.ts';

export interface PlannedCommand {
  commandId: string;
  command: Command;
  cause: Cause;
}

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
  const filtered: (Made & { sourceId: string })[] = [];
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

  const refined = refinedDocuments(state, runId, run, filtered);
  if ('due' in refined) return refined.due;
  const { documents } = refined;
  const dedup = next('dedup', 'corpus', () => drafts.dedup(documents.map((one) => one.output)), [
    run,
    ...documents.map((one) => one.job),
  ]);
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

type Made = { output: string; job: PlannedJob };

/**
 * The documents that a run's own filters leave: one job a rank, all drafted at once so that nodes share them. The sources
 * stand in the order of their ids, and rank r has those at r, r + ranks, …
 */
function refinedDocuments(
  state: PlannerState,
  runId: string,
  run: PlannedRun,
  filtered: (Made & { sourceId: string })[],
): { due: PlannedCommand[] } | { documents: Made[] } {
  const { corpus } = run.card;
  if (!corpus?.filter && !corpus?.decontaminate) return { documents: filtered };
  const ordered = filtered.toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1));
  const ranks = Math.min(corpus.ranks, ordered.length);
  const { refine } = runDrafts(runId, run.card);
  const made = Array.from({ length: ranks }, (_, rank) => {
    const units = ordered.filter((_, unit) => unit % ranks === rank);
    const inputs = units.map(({ output }) => output);
    return nextOfRun(state, runId, {
      ...{ kind: 'refine', id: rankKey(runId, rank), output: 'filtered-documents' },
      make: () => refine(rank, ranks, inputs),
      causes: [run, ...units.map(({ job }) => job)],
    });
  });
  const documents = made.flatMap((one) => ('due' in one ? [] : [one]));
  if (documents.length === ranks) return { documents };
  // A run fails once, by whichever rank failed first in their order.
  const due = made.flatMap((one) => ('due' in one ? one.due : []));
  const failure = due.find(({ command }) => command.type === 'run.fail');
  return { due: failure ? [failure] : due };
}

/** The finished job of one kind of a run, or what is due before it is finished (nothing, while it is at work). */
function nextOfRun(
  state: PlannerState,
  runId: string,
  task: { kind: JobKind; id: string; output: ArtifactKind; make: () => JobDraft; causes: { cause: Cause }[] },
): { due: PlannedCommand[] } | Made {
  const found = taskOf(state, task.kind, task.id, task.output);
  if (!found) return { due: [draft(task.make(), task.causes)] };
  if (found.job.failure) return { due: [failRun(runId, found.jobId, found.job.failure, found.job.cause)] };
  return found.output ? { output: found.output, job: found.job } : { due: [] };
}

/** The job of a task with its artifact of the wanted kind, once that is registered. */
function taskOf(state: PlannerState, kind: JobKind, id: string, wanted: ArtifactKind) {
  const jobId = state.tasks.get(taskKey(kind, id));
  const job = jobId && state.jobs.get(jobId);
  if (!job) return null;
  return { jobId, job, output: job.artifactIds.find((one) => state.artifacts.get(one)?.kind === wanted) };
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

function failRun(runId: string, jobId: string, rejection: RejectionValue, cause: Cause): PlannedCommand {
  return planned({ type: 'run.fail', data: { runId, jobId, rejection } }, cause);
}

/** A job follows from the newest of the events it waited for. */
function draft(data: JobDraft, causes: { cause: Cause }[]): PlannedCommand {
  const cause = causes.map((one) => one.cause).reduce((a, b) => (a.position >= b.position ? a : b));
  return planned({ type: 'job.draft', data }, cause);
}

function planned(command: Command, cause: Cause): PlannedCommand {
  return { commandId: deterministicId('command', command.type, command.data), command, cause };
}
