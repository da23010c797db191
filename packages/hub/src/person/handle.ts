import { Rejection, rolesPermit } from '@tsudoi/schema';
import { appendTo, load } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { group } from '../group/group.ts';
import { leaveEverything } from '../group/leave.ts';
import { requireGroup } from '../group/require-group.ts';
import { erasePersonalData } from '../personal-data/erase.ts';
import { makePersonKey, requireMasterKey } from '../personal-data/person-keys.ts';
import { seal } from '../personal-data/sealing.ts';
import * as decide from './decide.ts';
import { person } from './person.ts';

export const joinPerson: Handler<'person.join'> = async (context, data) => {
  const { personId, displayName } = data;
  const target = await loadTarget(context, person, personId);
  decide.join(target.state, data, ''); // refused before a key is made
  const sealed = await sealProfile(context, personId, 'PersonJoined', { displayName, email: null });
  await context.tx`insert into profile (person_id, display_name) values (${personId}, ${displayName})
    on conflict (person_id) do update set display_name = excluded.display_name, sealed = null`;
  return outcome([appendTo(person, personId, target, decide.join(target.state, data, sealed))]);
};

export const agreeToOpenness: Handler<'person.agree'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  return outcome([appendTo(person, personId, target, decide.agree(target.state, personId, data))]);
};

export const changeProfile: Handler<'person.changeProfile'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  decide.requireMember(target.state, personId);
  const sealed = await sealProfile(context, personId, 'ProfileChanged', data);
  await context.tx`
    update profile set display_name = ${data.displayName}, sealed = ${sealed} where person_id = ${personId}`;
  return outcome([appendTo(person, personId, target, decide.changeProfile(target.state, personId, sealed))]);
};

export const chooseCredit: Handler<'person.chooseCredit'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  const events = decide.chooseCredit(target.state, personId, data);
  await context.tx`update profile set credit_named = ${data.named} where person_id = ${personId}`;
  return outcome([appendTo(person, personId, target, events)]);
};

export const grantRole: Handler<'person.grantRole'> = async (context, data) => {
  const target = await loadTarget(context, person, data.personId);
  await requireGroup(context, data.groupId);
  const members = data.groupId ? (await load(context, group, data.groupId)).state.members : [];
  const facts = { isGroupMember: members.includes(data.personId) };
  return outcome([appendTo(person, data.personId, target, decide.grantRole(target.state, data, facts))]);
};

export const revokeRole: Handler<'person.revokeRole'> = async (context, data) => {
  const target = await loadTarget(context, person, data.personId);
  return outcome([appendTo(person, data.personId, target, decide.revokeRole(target.state, data))]);
};

export const leaveHub: Handler<'person.leave'> = async (context) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  const left = appendTo(person, personId, target, decide.leave(target.state, personId));
  return outcome([left, ...(await leaveEverything(context, personId))]);
};

/** The key goes in the same transaction as the event: from its commit on, nobody can read what was sealed. */
export const erasePerson: Handler<'person.erase'> = async (context, { personId }) => {
  await requireSelfOrManager(context, personId);
  const target = await loadTarget(context, person, personId);
  const events = decide.erase(target.state, personId);
  if (events.length === 0) return outcome([]);
  const endings = target.state.phase === 'member' ? await leaveEverything(context, personId) : [];
  await erasePersonalData(context.tx, personId);
  return outcome([appendTo(person, personId, target, events), ...endings]);
};

async function requireSelfOrManager(context: CommandContext, personId: string): Promise<void> {
  const { actor } = context;
  if (actor.kind === 'system' || actor.personId === personId) return;
  const { roles } = (await load(context, person, actor.personId)).state;
  if (!rolesPermit(roles, 'person.manage', null)) throw new Rejection('person.not-yourself');
}

async function sealProfile(
  { tx, personalKey }: CommandContext,
  personId: string,
  eventType: 'PersonJoined' | 'ProfileChanged',
  { displayName, email }: { displayName: string; email: string | null },
): Promise<string> {
  const key = await makePersonKey(tx, requireMasterKey(personalKey), personId);
  return seal(key, { personId, eventType, streamId: personId }, { displayName, email });
}
