import type { Hub } from '../hub.ts';

/** Leases whose time is over by the database's clock; the reaper sends `job.expireLease` for each. */
export async function expiredLeases(hub: Hub): Promise<{ jobId: string; epoch: number }[]> {
  const rows = await hub.sql<{ jobId: string; epoch: number }[]>`
    select job_id as "jobId", epoch from job_queue
    where state = 'leased' and expires_at <= clock_timestamp() order by expires_at`;
  return [...rows];
}
