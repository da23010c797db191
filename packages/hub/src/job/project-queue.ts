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

async function endLease(tx: Transaction, jobId: string, state: 'queued' | 'failed' | 'done'): Promise<void> {
  await tx`
    update job_queue set state = ${state}, token_id = null, person_id = null, expires_at = null
    where job_id = ${jobId}`;
}
