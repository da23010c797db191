import { type HeldRole, isRoleHeld, type PersonEvent, type TokenScope } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface HeldToken {
  state: 'live' | 'revoked';
  scopes: readonly TokenScope[];
  groupId: string | null;
  expiresAt: string | null;
}

export interface PersonState {
  /** Null: never joined. Who left may come back by joining again; who was erased may not. */
  phase: 'member' | 'left' | 'erased' | null;
  /** Version of the text on openness that was agreed to last. */
  openness: string | null;
  /** Whether lists of credits say the name. */
  creditNamed: boolean;
  roles: readonly HeldRole[];
  tokens: Readonly<Record<string, HeldToken>>;
}

export const person: Aggregate<PersonState, PersonEvent> = {
  streamType: 'person',
  initial: { phase: null, openness: null, creditNamed: true, roles: [], tokens: {} },
  evolve(state, { type, data }) {
    switch (type) {
      case 'PersonJoined':
        return { ...state, phase: 'member', openness: data.openness };
      case 'OpennessAgreed':
        return { ...state, openness: data.openness };
      case 'ProfileChanged':
        return state;
      case 'CreditNameChosen':
        return { ...state, creditNamed: data.named };
      case 'RoleGranted':
        return { ...state, roles: [...state.roles, { role: data.role, groupId: data.groupId }] };
      case 'RoleRevoked':
        return { ...state, roles: state.roles.filter((held) => !isRoleHeld([held], data)) };
      case 'TokenIssued': {
        const { scopes, groupId, expiresAt } = data;
        return withToken(state, data.tokenId, { state: 'live', scopes, groupId, expiresAt });
      }
      case 'TokenRevoked':
        return withToken(state, data.tokenId, { ...state.tokens[data.tokenId], state: 'revoked' });
      case 'PersonLeft':
        return { ...state, phase: 'left', roles: [], tokens: allRevoked(state.tokens) };
      case 'PersonErased':
        return { ...state, phase: 'erased' };
    }
  },
};

function withToken(state: PersonState, tokenId: string, token: HeldToken): PersonState {
  return { ...state, tokens: { ...state.tokens, [tokenId]: token } };
}

function allRevoked(tokens: PersonState['tokens']): PersonState['tokens'] {
  const revoked = Object.entries(tokens).map(([id, token]) => [id, { ...token, state: 'revoked' as const }]);
  return Object.fromEntries(revoked);
}
