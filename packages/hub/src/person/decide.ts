import { type CommandData, type PersonEvent, Rejection } from '@tsudoi/schema';
import { type PersonState, sameRole } from './person.ts';

/** Everybody who joins agrees that the work is done in the open, and becomes a contributor. */
export function join(
  state: PersonState,
  { personId, opennessAgreed }: CommandData<'person.join'>,
): PersonEvent[] {
  if (state.joined) throw new Rejection('person.joined-already');
  if (!opennessAgreed) throw new Rejection('person.openness-not-agreed');
  return [
    { type: 'PersonJoined', data: { personId, opennessAgreed } },
    { type: 'RoleGranted', data: { personId, role: 'contributor', groupId: null } },
  ];
}

export function grantRole(state: PersonState, data: CommandData<'person.grantRole'>): PersonEvent[] {
  requireJoined(state, data.personId);
  if (state.roles.some((held) => sameRole(held, data))) {
    throw new Rejection('role.held-already', { role: data.role });
  }
  return [{ type: 'RoleGranted', data }];
}

export function revokeRole(state: PersonState, data: CommandData<'person.revokeRole'>): PersonEvent[] {
  requireJoined(state, data.personId);
  if (!state.roles.some((held) => sameRole(held, data))) {
    throw new Rejection('role.not-held', { role: data.role });
  }
  return [{ type: 'RoleRevoked', data }];
}

export function issueToken(
  state: PersonState,
  personId: string,
  data: CommandData<'person.issueToken'>,
): PersonEvent[] {
  requireJoined(state, personId);
  if (state.tokens[data.tokenId]) throw new Rejection('stream.exists', { stream: `token ${data.tokenId}` });
  return [{ type: 'TokenIssued', data: { personId, ...data } }];
}

/** Revoking twice is no fault: the second time nothing is left to do. */
export function revokeToken(
  state: PersonState,
  personId: string,
  { tokenId }: CommandData<'person.revokeToken'>,
): PersonEvent[] {
  if (!state.tokens[tokenId]) throw new Rejection('token.unknown', { tokenId });
  if (state.tokens[tokenId] === 'revoked') return [];
  return [{ type: 'TokenRevoked', data: { personId, tokenId } }];
}

function requireJoined(state: PersonState, personId: string): void {
  if (!state.joined) throw new Rejection('person.unknown', { personId });
}
