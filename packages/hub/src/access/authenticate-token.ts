import { Rejection } from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import type { Actor } from './actor.ts';
import { secretHash } from './secret.ts';

/**
 * The node that a bearer token stands for.
 * @throws Rejection `auth.token-unknown`, `auth.token-revoked`
 */
export async function authenticateToken(hub: Hub, secret: string): Promise<Extract<Actor, { kind: 'node' }>> {
  const [row] = await hub.sql<
    { tokenId: string; personId: string; scopes: string[]; revokedAt: Date | null }[]
  >`
    select token_id as "tokenId", person_id as "personId", scopes, revoked_at as "revokedAt"
    from token_secret where secret_hash = ${secretHash(secret)}`;
  if (!row) throw new Rejection('auth.token-unknown');
  if (row.revokedAt) throw new Rejection('auth.token-revoked', { at: row.revokedAt.toISOString() });
  return { kind: 'node', tokenId: row.tokenId, personId: row.personId, scopes: row.scopes };
}
