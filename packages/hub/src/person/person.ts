import type { PersonEvent, Role } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface HeldRole {
  role: Role;
  groupId: string | null;
}

export interface PersonState {
  joined: boolean;
  roles: readonly HeldRole[];
  tokens: Readonly<Record<string, 'live' | 'revoked'>>;
}

export const sameRole = (a: HeldRole, b: HeldRole) => a.role === b.role && a.groupId === b.groupId;

export const person: Aggregate<PersonState, PersonEvent> = {
  streamType: 'person',
  initial: { joined: false, roles: [], tokens: {} },
  evolve(state, { type, data }) {
    switch (type) {
      case 'PersonJoined':
        return { ...state, joined: true };
      case 'RoleGranted':
        return { ...state, roles: [...state.roles, { role: data.role, groupId: data.groupId }] };
      case 'RoleRevoked':
        return { ...state, roles: state.roles.filter((held) => !sameRole(held, data)) };
      case 'TokenIssued':
        return { ...state, tokens: { ...state.tokens, [data.tokenId]: 'live' } };
      case 'TokenRevoked':
        return { ...state, tokens: { ...state.tokens, [data.tokenId]: 'revoked' } };
    }
  },
};
