import {
  type HeldRole,
  Permission,
  Rejection,
  Role,
  rolesPermit,
  TokenScope,
  type Within,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import type { Queryable } from '../log/connection.ts';
import { nodeScopes, requireUnexpired } from '../token/decide.ts';
import type { Actor } from './actor.ts';

/**
 * Everything the actor may do at this moment, in whatever group. Roles and tokens are read from the database each time,
 * so changes apply at once. Whether a permission holds for one target is `requirePermission` with its group.
 */
export function permissionsOf(hub: Hub, actor: Actor): Promise<Set<Permission>> {
  return grantedTo(hub.sql, actor, 'any');
}

/**
 * @param within the group it must be held in; by default the whole hub, since a role in one group says nothing there
 * @throws Rejection `auth.not-permitted`, or `auth.token-unknown` / `-revoked` / `-expired` for a node
 */
export async function requirePermission(
  hub: Hub,
  actor: Actor,
  permission: Permission,
  within: Within = null,
): Promise<void> {
  const granted = await grantedTo(hub.sql, actor, within);
  if (!granted.has(permission)) throw new Rejection('auth.not-permitted', { permission });
}

/**
 * The first check of a command, before its target is known: the sender holds the permission somewhere. Where it must be
 * held is checked by `requireScope`. Commands marked `system` are for the hub's own processes alone.
 */
export async function checkSender(sql: Queryable, actor: Actor, by: Permission | 'system'): Promise<void> {
  if (actor.kind === 'system') return;
  const granted = by === 'system' ? null : await grantedTo(sql, actor, 'any');
  if (!granted?.has(by as Permission)) throw new Rejection('auth.not-permitted', { permission: by });
}

async function grantedTo(sql: Queryable, actor: Actor, within: Within): Promise<Set<Permission>> {
  if (actor.kind === 'system') return new Set(Permission.options);
  const rows = await sql`
    select role, group_id as "groupId" from permission_grant where person_id = ${actor.personId}`;
  const roles = HeldRoles.parse([...rows]);
  return actor.kind === 'person'
    ? new Set(Permission.options.filter((permission) => personMay(roles, permission, within)))
    : permissionsOfToken(sql, actor, roles, within);
}

const HeldRoles = z.array(z.object({ role: Role, groupId: z.string().nullable() }));

function personMay(roles: readonly HeldRole[], permission: Permission, within: Within): boolean {
  return permission === 'public.read' || rolesPermit(roles, permission, within);
}

/** A token carries its scopes, only in its group where it has one, and never more than its person may do or lend now. */
async function permissionsOfToken(
  sql: Queryable,
  { tokenId, personId }: { tokenId: string; personId: string },
  roles: readonly HeldRole[],
  within: Within,
): Promise<Set<Permission>> {
  const [row] = await sql<TokenRow[]>`
    select scopes, group_id as "groupId", expires_at as "expiresAt", revoked_at as "revokedAt",
           clock_timestamp() as now
    from token_secret where token_id = ${tokenId} and person_id = ${personId}`;
  if (!row) throw new Rejection('auth.token-unknown');
  requireLive(row);
  const scopes = z.array(TokenScope).parse(row.scopes);
  return new Set(scopes.filter((scope) => tokenMay({ scopes, groupId: row.groupId }, roles, scope, within)));
}

/** Whether a token with these scopes, of somebody with these roles, may do this there. */
export function tokenMay(
  { scopes, groupId }: { scopes: readonly TokenScope[]; groupId: string | null },
  roles: readonly HeldRole[],
  permission: Permission,
  within: Within,
): boolean {
  if (!(scopes as readonly Permission[]).includes(permission)) return false;
  if (permission === 'public.read') return true;
  if (groupId !== null && within !== 'any' && within !== groupId) return false;
  const there = groupId !== null && within === 'any' ? groupId : within;
  const isNodes = (nodeScopes as readonly Permission[]).includes(permission);
  return isNodes ? rolesPermit(roles, 'token.issue', 'any') : rolesPermit(roles, permission, there);
}

interface TokenRow {
  scopes: string[];
  groupId: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  now: Date;
}

/** @throws Rejection `auth.token-revoked`, `auth.token-expired` */
export function requireLive({ revokedAt, expiresAt, now }: Omit<TokenRow, 'scopes' | 'groupId'>): void {
  if (revokedAt) throw new Rejection('auth.token-revoked', { at: revokedAt.toISOString() });
  requireUnexpired({ expiresAt: expiresAt?.toISOString() ?? null }, now);
}
