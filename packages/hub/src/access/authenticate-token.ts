import { Rejection } from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import type { Actor } from './actor.ts';
import { requireLive } from './permissions.ts';
import { secretHash } from './secret.ts';

interface Row {
  tokenId: string;
  personId: string;
  scopes: string[];
  revokedAt: Date | null;
  expiresAt: Date | null;
  now: Date;
  /** No use was noted in the last minute. */
  useIsDue: boolean;
}

/**
 * The node that a bearer token stands for.
 * @throws Rejection `auth.token-unknown`, `auth.token-revoked`, `auth.token-expired`
 */
export async function authenticateToken(hub: Hub, secret: string): Promise<Extract<Actor, { kind: 'node' }>> {
  const [row] = await hub.sql<Row[]>`
    select token_id as "tokenId", person_id as "personId", scopes, revoked_at as "revokedAt",
           expires_at as "expiresAt", clock_timestamp() as now,
           not exists (select from token_use used where used.token_id = token_secret.token_id
                       and used.used_at > clock_timestamp() - interval '1 minute') as "useIsDue"
    from token_secret where secret_hash = ${secretHash(secret)}`;
  if (!row) throw new Rejection('auth.token-unknown');
  requireLive(row);
  if (row.useIsDue) await noteUse(hub, row.tokenId);
  return { kind: 'node', tokenId: row.tokenId, personId: row.personId, scopes: row.scopes };
}

/** Its owner sees when a token was last used. Once a minute is exact enough: a busy token writes no row per call. */
async function noteUse({ sql }: Hub, tokenId: string): Promise<void> {
  await sql`
    insert into token_use (token_id, used_at) values (${tokenId}, clock_timestamp())
    on conflict (token_id) do update set used_at = greatest(token_use.used_at, excluded.used_at)`;
}
