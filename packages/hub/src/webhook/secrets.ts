import type { Queryable, Transaction } from '../log/connection.ts';
import { requireMasterKey } from '../personal-data/person-keys.ts';
import { decrypt, encrypt, subkey } from '../personal-data/sealing.ts';

/** Files a new secret; the one before it ends at `oldUntil`. */
export async function keepWebhookSecret(
  tx: Transaction,
  master: Uint8Array | null,
  { webhookId, secret, oldUntil }: { webhookId: string; secret: string; oldUntil: Date | null },
): Promise<void> {
  const key = subkey(requireMasterKey(master), 'webhook');
  await tx`
    update webhook_secret set ends_at = ${oldUntil} where webhook_id = ${webhookId} and ends_at is null`;
  await tx`
    insert into webhook_secret (webhook_id, sealed)
    values (${webhookId}, ${encrypt(key, webhookId, Buffer.from(secret, 'utf8'))})`;
}

/**
 * What deliveries are signed with now: the newest secret first, then an older one that has not ended. And the time to
 * sign, by the database's clock: receivers refuse what seems to be minutes old.
 */
export async function webhookSecrets(
  hub: { sql: Queryable; personalKey: Uint8Array | null },
  webhookId: string,
): Promise<{ secrets: string[]; at: Date }> {
  const key = subkey(requireMasterKey(hub.personalKey), 'webhook');
  const rows = await hub.sql<{ sealed: Buffer; now: Date }[]>`
    select sealed, clock_timestamp() as now from webhook_secret where webhook_id = ${webhookId}
      and (ends_at is null or ends_at > clock_timestamp()) order by made desc`;
  const secrets = rows.map(({ sealed }) => decrypt(key, webhookId, sealed).toString('utf8'));
  return { secrets, at: rows[0]?.now ?? new Date() };
}
