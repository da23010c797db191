import { newSecret, secretHash } from '../access/secret.ts';
import { appendTo } from '../command/aggregate.ts';
import { type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { person } from '../person/person.ts';
import * as decide from './decide.ts';

/** The secret is in the first answer and nowhere else: a repetition is answered with `secret: null`. */
export const issueToken: Handler<'person.issueToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  await requireGroup(context, data.groupId ?? null);
  const secret = newSecret('tsudoi_node');
  const facts = { now: context.now, secretHash: secretHash(secret).toString('hex') };
  const events = decide.issue(target.state, personId, data, facts);
  const issued = outcome([appendTo(person, personId, target, events)], { secret });
  return { ...issued, keptResult: { secret: null } };
};

export const revokeToken: Handler<'person.revokeToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  return outcome([appendTo(person, personId, target, decide.revoke(target.state, personId, data))]);
};
