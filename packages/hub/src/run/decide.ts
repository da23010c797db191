import { type CommandData, firstDifference, lintRunCard, Rejection, type RunEvent } from '@tsudoi/schema';
import type { SourceState } from '../source/source.ts';
import type { RunState } from './run.ts';

/** A card is registered before anything of its run starts, over sources that are accepted and may be trained on. */
export function register(
  state: RunState,
  personId: string,
  { runId, groupId, card }: CommandData<'run.register'>,
  sources: ReadonlyMap<string, SourceState>,
): RunEvent[] {
  if (state.phase) throw new Rejection('stream.exists', { stream: `run ${runId}` });
  lintRunCard(card);
  for (const sourceId of card.sourceIds) {
    const source = sources.get(sourceId);
    if (!source?.phase) throw new Rejection('source.unknown', { sourceId });
    if (source.phase !== 'accepted' && source.phase !== 'ingested') {
      throw new Rejection('run.source-not-accepted', { sourceId });
    }
    if (!source.verdict?.rights.train) throw new Rejection('run.rights-missing', { sourceId });
  }
  return [{ type: 'RunRegistered', data: { runId, personId, groupId, card } }];
}

/** Whoever trains shows its settings first. After a lost lease the next node starts again, which is no second start. */
export function start(
  state: RunState,
  { runId, jobId, settings }: CommandData<'run.start'>,
  facts: { jobBelongs: boolean },
): RunEvent[] {
  const card = requireRegistered(state, runId);
  if (!facts.jobBelongs) throw new Rejection('job.unknown', { jobId });
  if (state.phase !== 'registered' && state.phase !== 'running') {
    throw new Rejection('run.not-open', { state: state.phase! });
  }
  const difference = firstDifference(card.pretrain, settings);
  if (difference) throw new Rejection('run.settings-differ', difference);
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
  requireRegistered(state, data.runId);
  if (state.phase === 'completed' || state.phase === 'failed') {
    throw new Rejection('run.not-open', { state: state.phase });
  }
  return [{ type: 'RunFailed', data }];
}

function requireRegistered(state: RunState, runId: string) {
  if (!state.card) throw new Rejection('run.unknown', { runId });
  return state.card;
}
