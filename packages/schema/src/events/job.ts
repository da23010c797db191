import { z } from 'zod';
import { ArtifactId, JobId, PersonId, RunId, Sha256, SourceId, TokenId } from '../ids.ts';
import { JobKind, Needs, Recipe } from '../recipes.ts';
import { RejectionValue } from '../rejection.ts';
import { type EventOf, event } from './define.ts';

const Epoch = z.int().min(1);

export const jobEvents = [
  event('job', 'JobDrafted', 1, {
    jobId: JobId,
    kind: JobKind,
    recipe: Recipe,
    inputs: z.array(ArtifactId),
    sourceIds: z.array(SourceId),
    runId: RunId.nullable(),
    needs: Needs,
    startCheck: z.boolean(),
    /** How often a lease may end without a result before the job fails for good. */
    maxEpochs: z.int().min(1),
  }),
  event('job', 'JobStartApproved', 1, { jobId: JobId, supervisorId: PersonId }),
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
  event('job', 'JobCompleted', 1, { jobId: JobId, epoch: Epoch, artifactIds: z.array(ArtifactId) }),
  /** The hub hashed every file itself when it arrived, so a completed job is verified by hash at once. */
  event('job', 'JobVerified', 1, { jobId: JobId, method: z.enum(['hash']) }),
  event('job', 'JobFailed', 1, {
    jobId: JobId,
    epoch: Epoch,
    rejection: RejectionValue,
    /** A retryable failure puts the job back into the queue. */
    requeued: z.boolean(),
  }),
] as const;
export type JobEvent = EventOf<typeof jobEvents>;
