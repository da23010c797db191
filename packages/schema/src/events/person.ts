import { z } from 'zod';
import { GroupId, PersonId, TokenId } from '../ids.ts';
import { Role, TokenScope } from '../permissions.ts';
import { type EventOf, event } from './define.ts';

/** Names and addresses are never in the log: they live in the profile table and can be erased. */
export const personEvents = [
  event('person', 'PersonJoined', 1, { personId: PersonId, opennessAgreed: z.literal(true) }),
  event('person', 'RoleGranted', 1, { personId: PersonId, role: Role, groupId: GroupId.nullable() }),
  event('person', 'RoleRevoked', 1, { personId: PersonId, role: Role, groupId: GroupId.nullable() }),
  event('person', 'TokenIssued', 1, {
    personId: PersonId,
    tokenId: TokenId,
    label: z.string(),
    scopes: z.array(TokenScope),
  }),
  event('person', 'TokenRevoked', 1, { personId: PersonId, tokenId: TokenId }),
] as const;
export type PersonEvent = EventOf<typeof personEvents>;
