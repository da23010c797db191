import { Permission, permissionsOfRole, Rejection, Role } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import type { Queryable } from '../log/connection.ts';
import type { Actor } from './actor.ts';

/** What the actor may do at this moment. Roles and tokens are read from the database each time, so changes apply at once. */
export function permissionsOf(hub: Hub, actor: Actor): Promise<Set<Permission>> {
  return grantedTo(hub.sql, actor);
}

/** @throws Rejection `auth.not-permitted`, or `auth.token-unknown` / `auth.token-revoked` for a node */
export async function requirePermission(hub: Hub, actor: Actor, permission: Permission): Promise<void> {
  await checkSender(hub.sql, actor, permission);
}

/** The same inside a transaction; commands marked `system` are for the hub's own processes alone. */
export async function checkSender(sql: Queryable, actor: Actor, by: Permission | 'system'): Promise<void> {
  if (actor.kind === 'system') return;
  const granted = by === 'system' ? null : await grantedTo(sql, actor);
  if (!granted?.has(by as Permission)) throw new Rejection('auth.not-permitted', { permission: by });
}

async function grantedTo(sql: Queryable, actor: Actor): Promise<Set<Permission>> {
  if (actor.kind === 'system') return new Set(Permission.options);
  const ofPerson = await permissionsOfPerson(sql, actor.personId);
  return actor.kind === 'person' ? ofPerson : permissionsOfToken(sql, actor, ofPerson);
}

/** A role held in any working group counts for the whole hub. */
async function permissionsOfPerson(sql: Queryable, personId: string): Promise<Set<Permission>> {
  const rows = await sql`select distinct role from permission_grant where person_id = ${personId}`;
  const roles = z.array(z.object({ role: Role })).parse([...rows]);
  return new Set(['public.read', ...roles.flatMap(({ role }) => permissionsOfRole[role])]);
}

/** What no role holds and a token may carry all the same: its person only lends a machine. */
const ofNodesOnly: readonly Permission[] = ['node.work', 'telemetry.write'];

/** A token carries its scopes, and never more than its person may do or lend now. */
async function permissionsOfToken(
  sql: Queryable,
  { tokenId, personId }: { tokenId: string; personId: string },
  ofPerson: Set<Permission>,
): Promise<Set<Permission>> {
  const [row] = await sql<{ scopes: string[]; revokedAt: Date | null }[]>`
    select scopes, revoked_at as "revokedAt" from token_secret
    where token_id = ${tokenId} and person_id = ${personId}`;
  if (!row) throw new Rejection('auth.token-unknown');
  if (row.revokedAt) throw new Rejection('auth.token-revoked', { at: row.revokedAt.toISOString() });
  const scopes = z.array(Permission).parse(row.scopes);
  return new Set(scopes.filter((scope) => ofPerson.has(ofNodesOnly.includes(scope) ? 'token.issue' : scope)));
}
