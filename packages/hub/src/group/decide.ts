import { type CommandData, type GroupEvent, Rejection } from '@tsudoi/schema';
import type { GroupState } from './group.ts';

export function create(
  state: GroupState,
  data: CommandData<'group.create'>,
  facts: { slugTaken: boolean },
): GroupEvent[] {
  if (state.exists) throw new Rejection('stream.exists', { stream: `group ${data.groupId}` });
  if (facts.slugTaken) throw new Rejection('group.slug-taken', { slug: data.slug });
  return [{ type: 'GroupCreated', data }];
}

/** Adding a member twice is no fault: the second time nothing is left to do. */
export function addMember(
  state: GroupState,
  data: CommandData<'group.addMember'>,
  facts: { personJoined: boolean },
): GroupEvent[] {
  if (!state.exists) throw new Rejection('group.unknown', { groupId: data.groupId });
  if (!facts.personJoined) throw new Rejection('person.unknown', { personId: data.personId });
  return state.members.includes(data.personId) ? [] : [{ type: 'MemberAdded', data }];
}

/** Removing somebody who is no member is no fault: nothing is left to do. */
export function removeMember(
  state: GroupState,
  { groupId, personId }: CommandData<'group.removeMember'>,
): GroupEvent[] {
  if (!state.exists) throw new Rejection('group.unknown', { groupId });
  if (!state.members.includes(personId)) return [];
  return [{ type: 'MemberRemoved', data: { groupId, personId } }];
}
