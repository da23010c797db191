import { z } from 'zod';
import { ArtifactId, JobId, PersonId, RunId, Sha256, SourceId, TokenId } from '../ids.ts';
import { ArtifactDraft } from '../manifest.ts';
import { JobKind, Needs, Recipe } from '../recipes.ts';
import { RejectionValue } from '../rejection.ts';
import { Verification } from '../verification.ts';
import { type EventOf, event } from './define.ts';

const Epoch = z.int().min(1);
const supervised = { jobId: JobId, supervisorId: PersonId };
type Json = Record<string, unknown>;

export const jobEvents = [
  event(
    'job',
    'JobDrafted',
    2,
    {
      jobId: JobId,
      kind: JobKind,
      recipe: Recipe,
      inputs: z.array(ArtifactId),
      sourceIds: z.array(SourceId),
      runId: RunId.nullable(),
      needs: Needs,
      /** A supervisor looks before it starts (LLM-jp: 開始確認中). */
      startCheck: z.boolean(),
      /** A supervisor looks at the result before it counts (LLM-jp: 完了検証中). */
      endCheck: z.boolean(),
      verification: Verification,
      /** How often a lease may end without a result before the job fails for good. */
      maxEpochs: z.int().min(1),
    },
    { 1: (data) => ({ ...(data as Json), endCheck: false, verification: { method: 'hash' } }) },
  ),
  event('job', 'JobStartApproved', 1, supervised),
  event('job', 'JobStartRefused', 1, { ...supervised, reason: z.string() }),
  event('job', 'JobQueued', 1, { jobId: JobId }),
  event('job', 'JobLeased', 1, {
    jobId: JobId,
    epoch: Epoch,
    tokenId: TokenId,
    personId: PersonId,
    node: z.string(),
    expiresAt: z.iso.datetime(),
  }),
  event('job', 'JobCheckpointed', 1, {
    jobId: JobId,
    epoch: Epoch,
    step: z.int(),
    sha256: Sha256,
    size: z.int(),
  }),
  event('job', 'LeaseExpired', 1, { jobId: JobId, epoch: Epoch, requeued: z.boolean() }),
  /** A result that does not count yet: other nodes must reproduce it, or a supervisor must look at it. */
  event('job', 'JobResultReported', 1, {
    jobId: JobId,
    epoch: Epoch,
    personId: PersonId,
    codeCommit: z.string(),
    outputs: z.array(ArtifactDraft),
  }),
  /** Another owner's node runs the job again; `differences` say where the results so far disagree. */
  event('job', 'JobReplicaWanted', 1, { jobId: JobId, results: z.int(), differences: z.array(z.string()) }),
  event('job', 'JobEndCheckWanted', 1, { jobId: JobId, epoch: Epoch }),
  event('job', 'JobEndApproved', 1, supervised),
  event('job', 'JobSentBack', 1, { ...supervised, reason: z.string() }),
  event('job', 'JobCompleted', 1, { jobId: JobId, epoch: Epoch, artifactIds: z.array(ArtifactId) }),
  /** `hash`: the hub hashed every file itself when it arrived. The others: nodes of different owners agree. */
  event('job', 'JobVerified', 1, { jobId: JobId, method: z.enum(['hash', 're-execution', 'tolerance']) }),
  event('job', 'JobFailed', 1, {
    jobId: JobId,
    epoch: Epoch,
    rejection: RejectionValue,
    /** A retryable failure puts the job back into the queue. */
    requeued: z.boolean(),
  }),
  event('job', 'JobCancelled', 1, { jobId: JobId, personId: PersonId.nullable(), reason: z.string() }),
  /** Back into the queue after a failure or a cancellation, with room for so many more leases. */
  event('job', 'JobRetried', 1, { jobId: JobId, personId: PersonId, moreEpochs: z.int().min(1) }),
] as const;
export type JobEvent = EventOf<typeof jobEvents>;
