import { type CommandData, type PersonEvent, Rejection, rolesPermit, type TokenScope } from '@tsudoi/schema';
import { requireMember } from '../person/decide.ts';
import type { HeldToken, PersonState } from '../person/person.ts';

/** What no role holds and a token may carry all the same: its person only lends a machine. */
export const nodeScopes: readonly TokenScope[] = ['node.work', 'telemetry.write'];

/**
 * A token is part of its person's stream, so that it ends with its person in one append. It carries no scope that the
 * person does not hold now; what they lose later, it loses at once (see `permissionsOf`).
 * @param secretHash SHA-256 of the secret as hex
 */
export function issue(
  state: PersonState,
  personId: string,
  { tokenId, label, scopes, groupId = null, days }: CommandData<'person.issueToken'>,
  { now, secretHash }: { now: Date; secretHash: string },
): PersonEvent[] {
  requireMember(state, personId);
  if (state.tokens[tokenId]) throw new Rejection('stream.exists', { stream: `token ${tokenId}` });
  for (const scope of scopes) {
    const permission = nodeScopes.includes(scope) ? 'token.issue' : scope;
    const held = scope === 'public.read' || rolesPermit(state.roles, permission, groupId ?? 'any');
    if (!held) throw new Rejection('token.scope-exceeds', { permission: scope });
  }
  const expiresAt = days === undefined ? null : new Date(now.getTime() + days * 86_400_000).toISOString();
  return [
    { type: 'TokenIssued', data: { personId, tokenId, label, scopes, groupId, expiresAt, secretHash } },
  ];
}

/** Revoking twice is no fault: the second time nothing is left to do. */
export function revoke(
  state: PersonState,
  personId: string,
  { tokenId }: CommandData<'person.revokeToken'>,
): PersonEvent[] {
  const token = state.tokens[tokenId];
  if (!token) throw new Rejection('token.unknown', { tokenId });
  return token.state === 'revoked' ? [] : [{ type: 'TokenRevoked', data: { personId, tokenId } }];
}

/** @throws Rejection `auth.token-expired`; a token ends exactly at its expiry by the database's clock */
export function requireUnexpired({ expiresAt }: Pick<HeldToken, 'expiresAt'>, now: Date): void {
  if (expiresAt !== null && new Date(expiresAt) <= now)
    throw new Rejection('auth.token-expired', { at: expiresAt });
}
