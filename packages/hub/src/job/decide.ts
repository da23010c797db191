import {
  type ArtifactDraft,
  type ArtifactKind,
  type CommandData,
  type JobEvent,
  type JobKind,
  Rejection,
} from '@tsudoi/schema';
import type { JobDrafted, JobState } from './job.ts';

/** A job that needs a start check waits for a supervisor; any other is queued at once. */
export function draft(
  state: JobState,
  data: CommandData<'job.draft'>,
  knownArtifacts: ReadonlySet<string>,
): JobEvent[] {
  const { jobId, recipe, inputs, startCheck, endCheck = false, verification = { method: 'hash' } } = data;
  if (state.phase) throw new Rejection('stream.exists', { stream: `job ${jobId}` });
  const unknown = inputs.find((artifactId) => !knownArtifacts.has(artifactId));
  if (unknown) throw new Rejection('artifact.unknown', { artifactId: unknown });
  const drafted: JobEvent = {
    type: 'JobDrafted',
    data: { ...data, endCheck, verification, kind: recipe.kind },
  };
  return startCheck ? [drafted] : [drafted, { type: 'JobQueued', data: { jobId } }];
}

/** The next epoch begins: whoever held an earlier one is fenced off from here on. */
export function lease(
  state: JobState,
  jobId: string,
  holder: { tokenId: string; personId: string; node: string; expiresAt: Date },
): JobEvent[] {
  requireDrafted(state, jobId);
  if (state.phase !== 'queued') throw new Rejection('job.not-queued', { state: state.phase! });
  const { tokenId, personId, node, expiresAt } = holder;
  const epoch = state.epoch + 1;
  return [
    {
      type: 'JobLeased',
      data: { jobId, epoch, tokenId, personId, node, expiresAt: expiresAt.toISOString() },
    },
  ];
}

/** From here on the caller has passed the fence: it holds the live lease. */
export function checkpoint(
  state: JobState,
  data: CommandData<'job.checkpoint'>,
  objects: ReadonlyMap<string, number>,
): JobEvent[] {
  requireObject(objects, data);
  const { step, sha256 } = data;
  if (state.checkpoint?.step === step && state.checkpoint.sha256 === sha256) return [];
  return [{ type: 'JobCheckpointed', data }];
}

/** What a job of each kind must hand in. */
const requiredOutput: Record<JobKind, ArtifactKind> = {
  ingest: 'documents',
  filter: 'filtered-documents',
  refine: 'filtered-documents',
  'dedup-sign': 'signatures',
  'dedup-group': 'duplicates',
  'dedup-apply': 'filtered-documents',
  dedup: 'corpus',
  tokenizer: 'tokenizer',
  shards: 'token-shards',
  pretrain: 'model',
  evaluate: 'evaluation',
};

export function requireOutputs(
  { kind }: JobDrafted,
  outputs: ArtifactDraft[],
  objects: ReadonlyMap<string, number>,
): void {
  const expected = requiredOutput[kind];
  if (!outputs.some((output) => output.kind === expected)) {
    throw new Rejection('job.output-missing', { kind, expected });
  }
  for (const file of outputs.flatMap((output) => output.files)) requireObject(objects, file);
}

/** A failure that may pass goes back into the queue as long as the job has epochs left. */
export function fail(state: JobState, data: CommandData<'job.fail'>): JobEvent[] {
  const { jobId, epoch, rejection, retryable } = data;
  requireDrafted(state, jobId);
  const requeued = retryable && hasLeasesLeft(state);
  return [{ type: 'JobFailed', data: { jobId, epoch, rejection, requeued } }];
}

/** Nothing happens if the lease ended otherwise or was renewed since the reaper looked. */
export function expireLease(
  state: JobState,
  { jobId, epoch }: CommandData<'job.expireLease'>,
  facts: { timeIsOver: boolean },
): JobEvent[] {
  requireDrafted(state, jobId);
  if (state.phase !== 'leased' || state.epoch !== epoch || !facts.timeIsOver) return [];
  if (hasLeasesLeft(state)) return [{ type: 'LeaseExpired', data: { jobId, epoch, requeued: true } }];
  const rejection = { code: 'job.leases-exhausted' as const, params: { epochs: epoch } };
  return [
    { type: 'LeaseExpired', data: { jobId, epoch, requeued: false } },
    { type: 'JobFailed', data: { jobId, epoch, rejection, requeued: false } },
  ];
}

/** Leases that brought a result are no loss: they do not count against the limit. */
export function hasLeasesLeft({ epoch, results, maxEpochs }: JobState): boolean {
  return epoch - results.length < maxEpochs;
}

/** Whoever is at work on the job is fenced off from here on. */
export function cancel(
  state: JobState,
  personId: string | null,
  { jobId, reason }: CommandData<'job.cancel'>,
): JobEvent[] {
  requireDrafted(state, jobId);
  if (isOver(state)) throw new Rejection('job.over', { state: state.phase! });
  return [{ type: 'JobCancelled', data: { jobId, personId, reason } }];
}

export function isOver({ phase }: JobState): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled';
}

/** The run that the job belongs to must still be open: a run that has ended stays as it ended. */
export function retry(
  state: JobState,
  personId: string,
  { jobId, moreEpochs }: CommandData<'job.retry'>,
  facts: { closedRun: string | null },
): JobEvent[] {
  const { startCheck } = requireDrafted(state, jobId);
  if (state.phase !== 'failed' && state.phase !== 'cancelled') {
    throw new Rejection('job.not-retryable', { state: state.phase! });
  }
  if (facts.closedRun) throw new Rejection('run.not-open', { state: facts.closedRun });
  const retried: JobEvent = { type: 'JobRetried', data: { jobId, personId, moreEpochs } };
  const waits = startCheck && !state.startApproved; // a check that nobody gave is still owed
  return waits ? [retried] : [retried, { type: 'JobQueued', data: { jobId } }];
}

export function requireDrafted(state: JobState, jobId: string): JobDrafted {
  if (!state.draft) throw new Rejection('job.unknown', { jobId });
  return state.draft;
}

function requireObject(
  objects: ReadonlyMap<string, number>,
  { sha256, size }: { sha256: string; size: number },
): void {
  if (objects.get(sha256) !== size) throw new Rejection('object.missing', { sha256 });
}
