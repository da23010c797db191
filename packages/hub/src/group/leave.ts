import { appendTo, load } from '../command/aggregate.ts';
import type { CommandContext } from '../command/handler.ts';
import type { StreamAppend } from '../log/append.ts';
import * as decidePerson from '../person/decide.ts';
import { person } from '../person/person.ts';
import { closeSubscriptions } from '../subscription/close.ts';
import { deleteWebhooks } from '../webhook/delete-all.ts';
import * as decide from './decide.ts';
import { group } from './group.ts';

/** Takes a person out of one group, with their roles, webhooks and subscriptions there. */
export async function leaveGroup(
  context: CommandContext,
  groupId: string,
  personId: string,
): Promise<StreamAppend[]> {
  const target = await load(context, group, groupId);
  const removed = decide.removeMember(target.state, { groupId, personId });
  if (removed.length === 0) return [];
  const member = await load(context, person, personId);
  const roles = decidePerson.loseRolesIn(member.state, personId, groupId);
  return [
    appendTo(group, groupId, target, removed),
    appendTo(person, personId, member, roles),
    ...(await closeSubscriptions(context, { personId, groupId }, 'left-group')),
    ...(await deleteWebhooks(context, { personId, groupId })),
  ].filter(({ events }) => events.length > 0);
}

/** Takes a person out of every group and ends all that goes on in their name. Their own stream is left to the caller. */
export async function leaveEverything(context: CommandContext, personId: string): Promise<StreamAppend[]> {
  const rows = await context.tx<{ groupId: string }[]>`
    select group_id as "groupId" from membership where person_id = ${personId} order by group_id`;
  const groups: StreamAppend[] = [];
  for (const { groupId } of rows) {
    const target = await load(context, group, groupId);
    groups.push(appendTo(group, groupId, target, decide.removeMember(target.state, { groupId, personId })));
  }
  return [
    ...groups,
    ...(await closeSubscriptions(context, { personId }, 'left-hub')),
    ...(await deleteWebhooks(context, { personId })),
  ].filter(({ events }) => events.length > 0);
}
