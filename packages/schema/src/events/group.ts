import { z } from 'zod';
import { GroupId, PersonId } from '../ids.ts';
import { type EventOf, event } from './define.ts';

export const groupEvents = [
  event('group', 'GroupCreated', 1, {
    groupId: GroupId,
    slug: z.string(),
    nameJa: z.string(),
    nameEn: z.string(),
  }),
  event('group', 'MemberAdded', 1, { groupId: GroupId, personId: PersonId }),
  /** Left, or was removed; roles held in the group end by `RoleRevoked` in the same append. */
  event('group', 'MemberRemoved', 1, { groupId: GroupId, personId: PersonId }),
] as const;
export type GroupEvent = EventOf<typeof groupEvents>;
