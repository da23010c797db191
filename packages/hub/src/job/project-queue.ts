import type { EventMeta, JobEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** One row per job: what claims and fences read, kept in the transaction of the event itself. */
export function projectQueue(tx: Transaction, { type, data }: JobEvent, meta: EventMeta): Statement[] {
  switch (type) {
    case 'JobDrafted': {
      const { threads, memoryMiB, diskMiB } = data.needs;
      return [
        tx`
        insert into job_queue (job_id, kind, state, threads, memory_mib, disk_mib, run_id, traceparent)
        values (${data.jobId}, ${data.kind}, 'awaiting-start', ${threads}, ${memoryMiB}, ${diskMiB},
                ${data.runId}, ${meta.traceparent})`,
      ];
    }
    case 'JobQueued':
      return [tx`update job_queue set state = 'queued' where job_id = ${data.jobId}`];
    case 'JobStartRefused':
    case 'JobCancelled':
      return [endLease(tx, data.jobId, 'cancelled')];
    case 'JobResultReported':
      return [
        tx`
        update job_queue set done_by = array_append(done_by, ${data.personId}::uuid) where job_id = ${data.jobId}`,
      ];
    case 'JobReplicaWanted':
      return [endLease(tx, data.jobId, 'queued')];
    case 'JobEndCheckWanted':
      return [endLease(tx, data.jobId, 'awaiting-end')];
    case 'JobSentBack':
    case 'JobRetried': // `JobQueued` follows unless a start check is owed
      return [beginAgain(tx, data.jobId, type === 'JobSentBack' ? 'queued' : 'awaiting-start')];
    case 'JobLeased':
      return [
        tx`
        update job_queue set state = 'leased', epoch = ${data.epoch}, token_id = ${data.tokenId},
          person_id = ${data.personId}, node = ${data.node}, leased_at = clock_timestamp(),
          expires_at = ${data.expiresAt}, progress = 0, note = ''
        where job_id = ${data.jobId}`,
      ];
    case 'LeaseExpired':
    case 'JobFailed':
      return [endLease(tx, data.jobId, data.requeued ? 'queued' : 'failed')];
    case 'JobCompleted':
      return [endLease(tx, data.jobId, 'done')];
    default:
      return [];
  }
}

type Ended = 'queued' | 'awaiting-end' | 'failed' | 'cancelled' | 'done';

function endLease(tx: Transaction, jobId: string, state: Ended): Statement {
  return tx`
    update job_queue set state = ${state}, token_id = null, person_id = null, expires_at = null
    where job_id = ${jobId}`;
}

/** Earlier results are void, so their owners may run it again. */
function beginAgain(tx: Transaction, jobId: string, state: 'queued' | 'awaiting-start'): Statement {
  return tx`update job_queue set state = ${state}, done_by = '{}' where job_id = ${jobId}`;
}
