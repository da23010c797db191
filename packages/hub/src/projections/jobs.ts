import type { JobEvent, RejectionValue } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';
import { traceIdOf } from '../telemetry/traceparent.ts';
import type { Projection } from './projection.ts';

type DataOf<T extends JobEvent['type']> = Extract<JobEvent, { type: T }>['data'];
type Outcome = 'completed' | 'failed' | 'expired';

/** Jobs with their leases and checkpoints. Progress between two events is live in `job_queue` and not history. */
export const jobs: Projection = {
  name: 'jobs',
  version: 2,
  tables: ['view_job', 'view_job_lease', 'view_job_checkpoint'],
  types: [
    'JobDrafted',
    'JobQueued',
    'JobReplicaWanted',
    'JobEndCheckWanted',
    'JobSentBack',
    'JobRetried',
    'JobStartRefused',
    'JobCancelled',
    'JobLeased',
    'JobCheckpointed',
    'LeaseExpired',
    'JobFailed',
    'JobCompleted',
  ],
  async apply(sql, { event, at, version, meta }) {
    switch (event.type) {
      case 'JobDrafted':
        return insertJob(sql, event.data, at, traceIdOf(meta.traceparent));
      case 'JobQueued':
        await sql`update view_job set state = 'queued' where job_id = ${event.data.jobId}`;
        return;
      case 'JobReplicaWanted': {
        await endLeaseOf(sql, event.data.jobId, at);
        return setState(sql, event.data.jobId, 'queued');
      }
      case 'JobEndCheckWanted': {
        await endLeaseOf(sql, event.data.jobId, at);
        return setState(sql, event.data.jobId, 'awaiting-end');
      }
      case 'JobSentBack':
        return setState(sql, event.data.jobId, 'queued');
      case 'JobRetried':
        return setState(sql, event.data.jobId, 'awaiting-start');
      case 'JobStartRefused':
      case 'JobCancelled': {
        const { jobId, reason } = event.data;
        await sql`
          update view_job_lease set ended_at = ${at}, outcome = 'failed' where job_id = ${jobId} and ended_at is null`;
        await sql`
          update view_job set state = 'cancelled', node = null, cancelled_because = ${reason}, finished_at = ${at}
          where job_id = ${jobId}`;
        return;
      }
      case 'JobLeased':
        return lease(sql, event.data, at);
      case 'JobCheckpointed': {
        const { jobId, epoch, step, sha256, size } = event.data;
        await sql`
          insert into view_job_checkpoint (job_id, version, epoch, step, sha256, size, at)
          values (${jobId}, ${version}, ${epoch}, ${step}, ${sha256}, ${size}, ${at})`;
        return;
      }
      case 'LeaseExpired': {
        const { jobId, epoch, requeued } = event.data;
        await endLease(sql, jobId, epoch, 'expired', at);
        return endOrRequeue(sql, jobId, requeued, null, at);
      }
      case 'JobFailed': {
        const { jobId, epoch, rejection, requeued } = event.data;
        await endLease(sql, jobId, epoch, 'failed', at);
        return endOrRequeue(sql, jobId, requeued, rejection, at);
      }
      case 'JobCompleted': {
        const { jobId, epoch, artifactIds } = event.data;
        await endLease(sql, jobId, epoch, 'completed', at);
        await sql`
          update view_job set state = 'done', outputs = ${artifactIds}, failure = null, finished_at = ${at}
          where job_id = ${jobId}`;
        return;
      }
    }
  },
};

/** The job goes on without a node: it waits in the queue again, or for a supervisor. */
async function setState(
  sql: Queryable,
  jobId: string,
  state: 'queued' | 'awaiting-start' | 'awaiting-end',
): Promise<void> {
  await sql`
    update view_job set state = ${state}, node = null, finished_at = null, cancelled_because = null
    where job_id = ${jobId}`;
}

/** The lease that brought a result has done its work, whether or not the result counts yet. */
async function endLeaseOf(sql: Queryable, jobId: string, at: Date): Promise<void> {
  await sql`
    update view_job_lease set ended_at = ${at}, outcome = 'completed' where job_id = ${jobId} and ended_at is null`;
}

async function insertJob(
  sql: Queryable,
  job: DataOf<'JobDrafted'>,
  at: Date,
  traceId: string | null,
): Promise<void> {
  await sql`
    insert into view_job (job_id, kind, state, recipe, inputs, source_ids, run_id, needs, trace_id, drafted_at)
    values (${job.jobId}, ${job.kind}, 'awaiting-start', ${sql.json(job.recipe)}, ${job.inputs},
            ${job.sourceIds}::uuid[], ${job.runId}, ${sql.json(job.needs)}, ${traceId}, ${at})`;
}

async function lease(sql: Queryable, leased: DataOf<'JobLeased'>, at: Date): Promise<void> {
  const { jobId, epoch, node, personId } = leased;
  await sql`
    insert into view_job_lease (job_id, epoch, node, person_id, leased_at)
    values (${jobId}, ${epoch}, ${node}, ${personId}, ${at})`;
  await sql`
    update view_job set state = 'leased', epoch = ${epoch}, node = ${node}, started_at = coalesce(started_at, ${at})
    where job_id = ${jobId}`;
}

async function endLease(
  sql: Queryable,
  jobId: string,
  epoch: number,
  outcome: Outcome,
  at: Date,
): Promise<void> {
  await sql`
    update view_job_lease set ended_at = ${at}, outcome = ${outcome} where job_id = ${jobId} and epoch = ${epoch} and ended_at is null`;
}

async function endOrRequeue(
  sql: Queryable,
  jobId: string,
  requeued: boolean,
  rejection: RejectionValue | null,
  at: Date,
): Promise<void> {
  await sql`
    update view_job set state = ${requeued ? 'queued' : 'failed'}, node = null,
      failure = coalesce(${rejection ? sql.json(rejection) : null}, failure),
      finished_at = ${requeued ? null : at}
    where job_id = ${jobId}`;
}
