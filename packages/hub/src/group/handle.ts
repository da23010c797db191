import { appendTo, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { person } from '../person/person.ts';
import * as decide from './decide.ts';
import { group } from './group.ts';
import { leaveGroup } from './leave.ts';

export const createGroup: Handler<'group.create'> = async (context, data) => {
  const target = await loadTarget(context, group, data.groupId);
  const claimed = await context.tx`
    insert into working_group (group_id, slug) values (${data.groupId}, ${data.slug})
    on conflict do nothing returning group_id`;
  const events = decide.create(target.state, data, { slugTaken: claimed.length === 0 });
  return outcome([appendTo(group, data.groupId, target, events)]);
};

export const addMember: Handler<'group.addMember'> = async (context, data) => {
  const target = await loadTarget(context, group, data.groupId);
  const { state } = await load(context, person, data.personId);
  const events = decide.addMember(target.state, data, { personJoined: state.phase === 'member' });
  return outcome([appendTo(group, data.groupId, target, events)]);
};

export const joinGroup: Handler<'group.join'> = (context, { groupId }) =>
  addMember(context, { groupId, personId: personOf(context.actor) });

export const removeMember: Handler<'group.removeMember'> = async (context, { groupId, personId }) => {
  const target = await loadTarget(context, group, groupId);
  decide.removeMember(target.state, { groupId, personId });
  return outcome(await leaveGroup(context, groupId, personId));
};

export const leaveGroupOneself: Handler<'group.leave'> = (context, { groupId }) =>
  removeMember(context, { groupId, personId: personOf(context.actor) });
