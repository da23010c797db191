import { allDifferences, type CommandData, lintRunCard, Rejection, type RunEvent } from '@tsudoi/schema';
import { isUsable, type SourceState } from '../source/source.ts';
import type { RunState } from './run.ts';

/**
 * A card is registered before anything of its run starts, over sources that are accepted and may be trained on. It is
 * never amended: other settings are another run, which may name the one it supersedes.
 */
export function register(
  state: RunState,
  personId: string,
  { runId, groupId, card, supersedes = null }: CommandData<'run.register'>,
  sources: ReadonlyMap<string, SourceState>,
  facts: { supersededExists: boolean } = { supersededExists: true },
): RunEvent[] {
  if (state.phase) throw new Rejection('stream.exists', { stream: `run ${runId}` });
  if (supersedes !== null && !facts.supersededExists)
    throw new Rejection('run.unknown', { runId: supersedes });
  lintRunCard(card);
  for (const sourceId of card.sourceIds) {
    const source = sources.get(sourceId);
    if (!source?.phase) throw new Rejection('source.unknown', { sourceId });
    if (!isUsable(source)) throw new Rejection('run.source-not-accepted', { sourceId });
    if (!source.verdict?.rights.train) throw new Rejection('run.rights-missing', { sourceId });
  }
  return [{ type: 'RunRegistered', data: { runId, personId, groupId, card, supersedes } }];
}

/** Whoever trains shows its settings first. After a lost lease the next node starts again, which is no second start. */
export function start(
  state: RunState,
  { runId, jobId, settings }: CommandData<'run.start'>,
  facts: { jobBelongs: boolean },
): RunEvent[] {
  const card = requireRegistered(state, runId);
  if (!facts.jobBelongs) throw new Rejection('job.unknown', { jobId });
  requireOpen(state, runId);
  const differences = allDifferences(card.pretrain, settings);
  if (differences.length > 0) {
    const all = differences
      .map(({ field, card: said, actual }) => `${field} ${said} -> ${actual}`)
      .join('; ');
    throw new Rejection('run.settings-differ', { ...differences[0], all });
  }
  return state.phase === 'registered' ? [{ type: 'RunStarted', data: { runId, jobId } }] : [];
}

export function complete(
  state: RunState,
  data: CommandData<'run.complete'>,
  knownArtifacts: ReadonlySet<string>,
): RunEvent[] {
  requireRegistered(state, data.runId);
  if (state.phase !== 'running') throw new Rejection('run.not-open', { state: state.phase! });
  for (const artifactId of [data.modelArtifactId, data.evaluationArtifactId]) {
    if (!knownArtifacts.has(artifactId)) throw new Rejection('artifact.unknown', { artifactId });
  }
  return [{ type: 'RunCompleted', data }];
}

/** A run may fail before its training starts: one of its corpus jobs did. */
export function fail(state: RunState, data: CommandData<'run.fail'>): RunEvent[] {
  requireOpen(state, data.runId);
  return [{ type: 'RunFailed', data }];
}

/** A run that shall not go on, for whatever reason people have; its open jobs are cancelled with it. */
export function abandon(
  state: RunState,
  personId: string,
  { runId, reason }: CommandData<'run.abandon'>,
): RunEvent[] {
  requireOpen(state, runId);
  return [{ type: 'RunAbandoned', data: { runId, personId, reason } }];
}

/** Failures are first class: what went wrong, why, and what follows stands beside the run for good. */
export function writePostMortem(
  state: RunState,
  personId: string,
  data: CommandData<'run.writePostMortem'>,
): RunEvent[] {
  requireRegistered(state, data.runId);
  if (state.phase !== 'failed' && state.phase !== 'abandoned') {
    throw new Rejection('run.not-ended-badly', { state: state.phase! });
  }
  return [{ type: 'PostMortemWritten', data: { ...data, personId } }];
}

function requireOpen(state: RunState, runId: string): void {
  requireRegistered(state, runId);
  if (state.phase !== 'registered' && state.phase !== 'running') {
    throw new Rejection('run.not-open', { state: state.phase! });
  }
}

function requireRegistered(state: RunState, runId: string) {
  if (!state.card) throw new Rejection('run.unknown', { runId });
  return state.card;
}
