import type {
  ArtifactKind,
  JobKind,
  Recipe,
  RecordedEvent,
  RejectionValue,
  RunCard,
  SourcePart,
  Stats,
} from '@tsudoi/schema';

/** The event a planned command follows from; the command goes on with its trace and correlation. */
export interface Cause {
  position: number;
  correlationId: string;
  traceparent: string | null;
}

export interface PlannedSource {
  state: 'proposed' | 'accepted' | 'ingested' | 'closed';
  parts: SourcePart[];
  /** Corpora that are known to hold documents of it. */
  includedIn: string[];
  cause: Cause;
}
export interface PlannedRun {
  state: 'open' | 'completed' | 'failed';
  card: RunCard;
  cause: Cause;
}
export interface PlannedJob {
  kind: JobKind;
  state: 'open' | 'done' | 'failed';
  artifactIds: string[];
  failure: RejectionValue | null;
  cause: Cause;
}

/** What the planner has to know, as a fold of the log and nothing else. */
export interface PlannerState {
  position: number;
  sources: Map<string, PlannedSource>;
  runs: Map<string, PlannedRun>;
  jobs: Map<string, PlannedJob>;
  /** `taskKey` -> job id. The first job drafted for a task stays its job, even if a later release would draft it otherwise. */
  tasks: Map<string, string>;
  artifacts: Map<string, { kind: ArtifactKind; stats: Stats }>;
}

export function emptyPlannerState(): PlannerState {
  return {
    position: 0,
    sources: new Map(),
    runs: new Map(),
    jobs: new Map(),
    tasks: new Map(),
    artifacts: new Map(),
  };
}

/** A source is ingested and filtered once, each rank of a run's shared work once, every other kind of job once a run. */
export function taskKey(kind: JobKind, id: string): string {
  return `${kind} ${id}`;
}

export const rankKey = (runId: string, rank: number) => `${runId}/${rank}`;

function taskOf(recipe: Recipe): string {
  if ('rank' in recipe) return taskKey(recipe.kind, rankKey(recipe.runId, recipe.rank));
  return taskKey(recipe.kind, 'runId' in recipe ? recipe.runId : recipe.sourceId);
}

/** Folds one event in. The state is changed in place, because it holds every open source, run and job. */
export function evolve(state: PlannerState, recorded: RecordedEvent): void {
  const { event, meta, position } = recorded;
  const cause: Cause = { position, correlationId: meta.correlationId, traceparent: meta.traceparent };
  state.position = position;
  switch (event.type) {
    case 'SourceProposed':
      state.sources.set(event.data.sourceId, {
        state: 'proposed',
        parts: event.data.parts,
        includedIn: [],
        cause,
      });
      break;
    case 'SourceRevised':
      move(state.sources, event.data.sourceId, { parts: event.data.parts, cause });
      break;
    case 'SourceAccepted':
      move(state.sources, event.data.sourceId, { state: 'accepted', cause });
      break;
    case 'SourceIngested':
      move(state.sources, event.data.sourceId, { state: 'ingested' });
      break;
    case 'SourceIncluded': {
      const { sourceId, artifactId } = event.data;
      const includedIn = [...(state.sources.get(sourceId)?.includedIn ?? []), artifactId];
      move(state.sources, sourceId, { includedIn });
      break;
    }
    case 'SourceRejected':
    case 'SourceWithdrawn':
      move(state.sources, event.data.sourceId, { state: 'closed', cause });
      break;
    case 'RunRegistered':
      state.runs.set(event.data.runId, { state: 'open', card: event.data.card, cause });
      break;
    case 'RunCompleted':
      move(state.runs, event.data.runId, { state: 'completed' });
      break;
    case 'RunFailed':
    case 'RunAbandoned':
      move(state.runs, event.data.runId, { state: 'failed' });
      break;
    case 'JobDrafted':
      if (!state.tasks.has(taskOf(event.data.recipe)))
        state.tasks.set(taskOf(event.data.recipe), event.data.jobId);
      state.jobs.set(event.data.jobId, {
        kind: event.data.kind,
        state: 'open',
        artifactIds: [],
        failure: null,
        cause,
      });
      break;
    case 'JobCompleted':
      move(state.jobs, event.data.jobId, { state: 'done', artifactIds: event.data.artifactIds, cause });
      break;
    case 'JobFailed':
      if (!event.data.requeued)
        move(state.jobs, event.data.jobId, { state: 'failed', failure: event.data.rejection, cause });
      break;
    case 'JobStartRefused':
    case 'JobCancelled': {
      const code =
        event.type === 'JobCancelled' ? ('job.cancelled' as const) : ('job.start-refused' as const);
      const failure = { code, params: { reason: event.data.reason } };
      move(state.jobs, event.data.jobId, { state: 'failed', failure, cause });
      break;
    }
    case 'JobRetried':
      move(state.jobs, event.data.jobId, { state: 'open', failure: null, cause });
      break;
    case 'ArtifactRegistered': {
      const { kind, stats } = event.data.manifest;
      state.artifacts.set(event.data.artifactId, { kind, stats });
      break;
    }
  }
}

function move<T>(entries: Map<string, T>, id: string, change: Partial<T>): void {
  const entry = entries.get(id);
  if (entry) entries.set(id, { ...entry, ...change });
}
