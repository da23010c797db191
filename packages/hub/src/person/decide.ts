import {
  type CommandData,
  currentOpenness,
  isRoleHeld,
  opennessTexts,
  type PersonEvent,
  Rejection,
} from '@tsudoi/schema';
import type { PersonState } from './person.ts';

/**
 * Everybody who joins agrees that the work is done in the open, and becomes a contributor.
 * @param sealed the profile under the person's own key
 */
export function join(
  state: PersonState,
  { personId, opennessAgreed, openness = currentOpenness }: CommandData<'person.join'>,
  sealed: string,
): PersonEvent[] {
  if (state.phase === 'erased') throw new Rejection('person.erased');
  if (state.phase === 'member') throw new Rejection('person.joined-already');
  if (!opennessAgreed) throw new Rejection('person.openness-not-agreed');
  requireOpennessText(openness);
  return [
    { type: 'PersonJoined', data: { personId, openness, sealed } },
    { type: 'RoleGranted', data: { personId, role: 'contributor', groupId: null } },
  ];
}

/** Agreeing twice to one text is no fault: the second time nothing is left to do. */
export function agree(
  state: PersonState,
  personId: string,
  { openness }: CommandData<'person.agree'>,
): PersonEvent[] {
  requireMember(state, personId);
  requireOpennessText(openness);
  return state.openness === openness ? [] : [{ type: 'OpennessAgreed', data: { personId, openness } }];
}

export function changeProfile(state: PersonState, personId: string, sealed: string): PersonEvent[] {
  requireMember(state, personId);
  return [{ type: 'ProfileChanged', data: { personId, sealed } }];
}

/** The work stays credited either way; choosing the same again changes nothing. */
export function chooseCredit(
  state: PersonState,
  personId: string,
  { named }: CommandData<'person.chooseCredit'>,
): PersonEvent[] {
  requireMember(state, personId);
  return state.creditNamed === named ? [] : [{ type: 'CreditNameChosen', data: { personId, named } }];
}

/** A role in a working group is for its members. */
export function grantRole(
  state: PersonState,
  data: CommandData<'person.grantRole'>,
  facts: { isGroupMember: boolean },
): PersonEvent[] {
  requireMember(state, data.personId);
  if (isRoleHeld(state.roles, data)) throw new Rejection('role.held-already', { role: data.role });
  if (data.groupId !== null && !facts.isGroupMember) throw new Rejection('group.not-member');
  return [{ type: 'RoleGranted', data }];
}

export function revokeRole(state: PersonState, data: CommandData<'person.revokeRole'>): PersonEvent[] {
  requireMember(state, data.personId);
  if (!isRoleHeld(state.roles, data)) throw new Rejection('role.not-held', { role: data.role });
  return [{ type: 'RoleRevoked', data }];
}

/** Whoever leaves a working group keeps no role in it. */
export function loseRolesIn(state: PersonState, personId: string, groupId: string): PersonEvent[] {
  const lost = state.roles.filter((held) => held.groupId === groupId);
  return lost.map(({ role }) => ({ type: 'RoleRevoked', data: { personId, role, groupId } }));
}

export function leave(state: PersonState, personId: string): PersonEvent[] {
  requireMember(state, personId);
  return [{ type: 'PersonLeft', data: { personId } }];
}

/** Erasing twice is no fault: the second time nothing is left to do. */
export function erase(state: PersonState, personId: string): PersonEvent[] {
  if (state.phase === null) throw new Rejection('person.unknown', { personId });
  if (state.phase === 'erased') return [];
  const erased: PersonEvent = { type: 'PersonErased', data: { personId } };
  return state.phase === 'member' ? [...leave(state, personId), erased] : [erased];
}

/** @throws Rejection `person.unknown`, `person.left`, `person.erased` */
export function requireMember(state: PersonState, personId: string): void {
  if (state.phase === null) throw new Rejection('person.unknown', { personId });
  if (state.phase === 'erased') throw new Rejection('person.erased');
  if (state.phase === 'left') throw new Rejection('person.left');
}

function requireOpennessText(version: string): void {
  if (!Object.hasOwn(opennessTexts, version)) throw new Rejection('openness.unknown', { version });
}
