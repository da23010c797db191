import type { HeartbeatInput } from '@tsudoi/schema';
import type { z } from 'zod';
import type { Actor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import { nodeOf } from '../command/handler.ts';
import type { Hub } from '../hub.ts';
import { requireLease } from './require-lease.ts';

/**
 * Keeps a lease alive for another `leaseSeconds` and notes how far the work is. No event: heartbeats are telemetry.
 * @throws Rejection `lease.stale-epoch`, `lease.not-held`, `auth.token-revoked`
 */
export async function heartbeat(
  hub: Hub,
  actor: Actor,
  input: z.infer<typeof HeartbeatInput>,
): Promise<{ expiresAt: string }> {
  await requirePermission(hub, actor, 'node.work');
  const { tokenId } = nodeOf(actor);
  const { jobId, epoch, progress, note } = input;
  const [row] = await hub.sql<{ expiresAt: Date }[]>`
    update job_queue set progress = ${progress}, note = ${note ? JSON.stringify(note) : ''},
      expires_at = date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => ${hub.leaseSeconds})
    where job_id = ${jobId} and epoch = ${epoch} and token_id = ${tokenId} and state = 'leased'
      and expires_at > clock_timestamp()
    returning expires_at as "expiresAt"`;
  if (row) return { expiresAt: row.expiresAt.toISOString() };
  const lease = await requireLease(hub, actor, { jobId, epoch }); // says why
  return { expiresAt: lease.expiresAt!.toISOString() };
}
