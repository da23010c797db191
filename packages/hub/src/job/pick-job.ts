import { type CommandData, type Needs, Rejection } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** One token may hold so many live leases. */
export const claimLimit = 2;

interface QueuedJob extends Needs {
  jobId: string;
  state: string;
  traceparent: string | null;
  /** Owners whose nodes have run it already: a replica is for others. */
  doneBy: string[];
}

/**
 * Finds the job that a node gets and holds its row until the transaction ends: the oldest queued one that fits, passing
 * over rows that other claims hold right now, or the one that was named.
 * @returns null when none fits
 * @throws Rejection `job.unknown`, `job.not-queued`, `job.needs-exceed-node`, `job.none-fits` (a replica of one's own result) for a
 *   named job; `job.claims-exceeded`
 */
export async function pickJob(
  tx: Transaction,
  { tokenId, personId }: { tokenId: string; personId: string },
  { jobId, offers }: CommandData<'job.claim'>,
): Promise<QueuedJob | null> {
  await refuseTooManyClaims(tx, tokenId);
  if (jobId === null) return pickOldest(tx, personId, offers);
  const [named] = await tx<QueuedJob[]>`${queueColumns(tx)} where job_id = ${jobId} for update`;
  if (!named) throw new Rejection('job.unknown', { jobId });
  if (named.state !== 'queued') throw new Rejection('job.not-queued', { state: named.state });
  if (named.doneBy.includes(personId)) throw new Rejection('job.none-fits');
  for (const what of ['threads', 'memoryMiB', 'diskMiB'] as const) {
    const [needs, has] = [named[what], offers[what]];
    if (needs > has) throw new Rejection('job.needs-exceed-node', { what, needs, has });
  }
  return named;
}

/** The token's row is held, so that two claims of one token count one after the other. */
async function refuseTooManyClaims(tx: Transaction, tokenId: string): Promise<void> {
  await tx`select 1 from token_secret where token_id = ${tokenId} for no key update`;
  const [{ live }] = await tx<{ live: number }[]>`
    select count(*)::int as live from job_queue
    where state = 'leased' and token_id = ${tokenId} and expires_at > clock_timestamp()`;
  if (live >= claimLimit) throw new Rejection('job.claims-exceeded', { limit: claimLimit });
}

async function pickOldest(tx: Transaction, personId: string, offers: Needs): Promise<QueuedJob | null> {
  const [oldest] = await tx<QueuedJob[]>`
    ${queueColumns(tx)}
    where state = 'queued' and threads <= ${offers.threads} and memory_mib <= ${offers.memoryMiB}
      and disk_mib <= ${offers.diskMiB} and not (done_by @> array[${personId}::uuid])
    order by enqueued for update skip locked limit 1`;
  return oldest ?? null;
}

function queueColumns(tx: Transaction) {
  return tx`
    select job_id as "jobId", state, threads, memory_mib as "memoryMiB", disk_mib as "diskMiB", traceparent,
           done_by as "doneBy"
    from job_queue`;
}
