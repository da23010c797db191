import type { EventMeta, JobEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** One row per job: what claims and fences read, kept in the transaction of the event itself. */
export async function projectQueue(
  tx: Transaction,
  { type, data }: JobEvent,
  meta: EventMeta,
): Promise<void> {
  switch (type) {
    case 'JobDrafted': {
      const { threads, memoryMiB, diskMiB } = data.needs;
      await tx`
        insert into job_queue (job_id, kind, state, threads, memory_mib, disk_mib, run_id, traceparent)
        values (${data.jobId}, ${data.kind}, 'awaiting-start', ${threads}, ${memoryMiB}, ${diskMiB},
                ${data.runId}, ${meta.traceparent})`;
      break;
    }
    case 'JobQueued':
      await tx`update job_queue set state = 'queued' where job_id = ${data.jobId}`;
      break;
    case 'JobStartRefused':
    case 'JobCancelled':
      await endLease(tx, data.jobId, 'cancelled');
      break;
    case 'JobResultReported':
      await tx`
        update job_queue set done_by = array_append(done_by, ${data.personId}::uuid) where job_id = ${data.jobId}`;
      break;
    case 'JobReplicaWanted':
      await endLease(tx, data.jobId, 'queued');
      break;
    case 'JobEndCheckWanted':
      await endLease(tx, data.jobId, 'awaiting-end');
      break;
    case 'JobSentBack':
    case 'JobRetried': // `JobQueued` follows unless a start check is owed
      await beginAgain(tx, data.jobId, type === 'JobSentBack' ? 'queued' : 'awaiting-start');
      break;
    case 'JobLeased':
      await tx`
        update job_queue set state = 'leased', epoch = ${data.epoch}, token_id = ${data.tokenId},
          person_id = ${data.personId}, node = ${data.node}, leased_at = clock_timestamp(),
          expires_at = ${data.expiresAt}, progress = 0, note = ''
        where job_id = ${data.jobId}`;
      break;
    case 'LeaseExpired':
    case 'JobFailed':
      await endLease(tx, data.jobId, data.requeued ? 'queued' : 'failed');
      break;
    case 'JobCompleted':
      await endLease(tx, data.jobId, 'done');
      break;
  }
}

type Ended = 'queued' | 'awaiting-end' | 'failed' | 'cancelled' | 'done';

async function endLease(tx: Transaction, jobId: string, state: Ended): Promise<void> {
  await tx`
    update job_queue set state = ${state}, token_id = null, person_id = null, expires_at = null
    where job_id = ${jobId}`;
}

/** Earlier results are void, so their owners may run it again. */
async function beginAgain(tx: Transaction, jobId: string, state: 'queued' | 'awaiting-start'): Promise<void> {
  await tx`update job_queue set state = ${state}, done_by = '{}' where job_id = ${jobId}`;
}
