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
}

/**
 * The node that a bearer token stands for.
 * @throws Rejection `auth.token-unknown`, `auth.token-revoked`, `auth.token-expired`
 */
export async function authenticateToken(hub: Hub, secret: string): Promise<Extract<Actor, { kind: 'node' }>> {
  const [row] = await hub.sql<Row[]>`
    select token_id as "tokenId", person_id as "personId", scopes, revoked_at as "revokedAt",
           expires_at as "expiresAt", clock_timestamp() as now
    from token_secret where secret_hash = ${secretHash(secret)}`;
  if (!row) throw new Rejection('auth.token-unknown');
  requireLive(row);
  return { kind: 'node', tokenId: row.tokenId, personId: row.personId, scopes: row.scopes };
}
