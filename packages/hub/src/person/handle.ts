import { Rejection } from '@tsudoi/schema';
import { newSecret, secretHash } from '../access/secret.ts';
import { appendTo } from '../command/aggregate.ts';
import { type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import * as decide from './decide.ts';
import { person } from './person.ts';

export const joinPerson: Handler<'person.join'> = async (context, data) => {
  const target = await loadTarget(context, person, data.personId);
  const events = decide.join(target.state, data);
  await context.tx`insert into profile (person_id, display_name) values (${data.personId}, ${data.displayName})
    on conflict (person_id) do update set display_name = excluded.display_name`;
  return outcome([appendTo(person, data.personId, target, events)]);
};

export const grantRole: Handler<'person.grantRole'> = async (context, data) => {
  const target = await loadTarget(context, person, data.personId);
  await requireGroup(context.tx, data.groupId);
  return outcome([appendTo(person, data.personId, target, decide.grantRole(target.state, data))]);
};

export const revokeRole: Handler<'person.revokeRole'> = async (context, data) => {
  const target = await loadTarget(context, person, data.personId);
  return outcome([appendTo(person, data.personId, target, decide.revokeRole(target.state, data))]);
};

/** The secret is in the first answer and nowhere else: a repetition is answered with `secret: null`. */
export const issueToken: Handler<'person.issueToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  const events = decide.issueToken(target.state, personId, data);
  const secret = newSecret('tsudoi_node');
  const stored = await context.tx`
    insert into token_secret (token_id, person_id, label, scopes, secret_hash)
    values (${data.tokenId}, ${personId}, ${data.label}, ${data.scopes}, ${secretHash(secret)})
    on conflict (token_id) do nothing returning token_id`;
  if (stored.length === 0) throw new Rejection('stream.exists', { stream: `token ${data.tokenId}` });
  const issued = outcome([appendTo(person, personId, target, events)], { secret });
  return { ...issued, keptResult: { secret: null } };
};

export const revokeToken: Handler<'person.revokeToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  return outcome([appendTo(person, personId, target, decide.revokeToken(target.state, personId, data))]);
};
