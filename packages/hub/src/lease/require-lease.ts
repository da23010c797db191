import { type JobKind, Rejection } from '@tsudoi/schema';
import type { Actor } from '../access/actor.ts';
import { nodeOf } from '../command/handler.ts';
import type { Hub } from '../hub.ts';
import type { Queryable, Transaction } from '../log/connection.ts';

/** The hub's row of a job, as far as leases are concerned. */
export interface LeaseRow {
  jobId: string;
  kind: JobKind;
  runId: string | null;
  state: string;
  epoch: number;
  tokenId: string | null;
  node: string | null;
  expiresAt: Date | null;
}

/**
 * Lets a call pass only if its sender holds the job's live lease. Every call of a worker after its claim goes through
 * here; a worker that was away too long can change nothing any more. A lease ends exactly at its expiry by the
 * database's clock, whether or not the reaper has seen it yet.
 * @throws Rejection `job.unknown`, `lease.stale-epoch`, `lease.not-held`
 */
export function fence(
  lease: LeaseRow | null,
  holder: { jobId: string; epoch: number; tokenId: string },
  now: Date,
): LeaseRow {
  const { jobId, epoch, tokenId } = holder;
  if (!lease) throw new Rejection('job.unknown', { jobId });
  const live = lease.state === 'leased' && lease.expiresAt !== null && lease.expiresAt > now;
  const current = live ? lease.epoch : lease.epoch + 1; // a lease that ended leaves the job to the next epoch
  if (epoch < current) throw new Rejection('lease.stale-epoch', { epoch, current });
  if (!live || epoch > current || lease.tokenId !== tokenId) throw new Rejection('lease.not-held', { jobId });
  return lease;
}

/** Reads the row and holds it until the transaction ends, so that the lease cannot end meanwhile. */
export async function lockLease(tx: Transaction, jobId: string): Promise<LeaseRow | null> {
  const [row] = await tx<LeaseRow[]>`${leaseColumns(tx)} where job_id = ${jobId} for update`;
  return row ?? null;
}

/** For calls that change no domain state: grants of uploads and downloads, metrics. */
export async function requireLease(
  hub: Hub,
  actor: Actor,
  { jobId, epoch }: { jobId: string; epoch: number },
): Promise<LeaseRow> {
  const { tokenId } = nodeOf(actor);
  const { sql } = hub;
  const [row] = await sql<(LeaseRow & { now: Date })[]>`${leaseColumns(sql)} where job_id = ${jobId}`;
  return fence(row ?? null, { jobId, epoch, tokenId }, row?.now);
}

function leaseColumns(sql: Queryable) {
  return sql`
    select job_id as "jobId", kind, run_id as "runId", state, epoch, token_id as "tokenId", node,
           expires_at as "expiresAt", clock_timestamp() as now
    from job_queue`;
}
