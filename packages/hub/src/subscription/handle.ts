import { subscriptionUser } from '@tsudoi/schema';
import { hashSync } from 'bcryptjs';
import { newSecret } from '../access/secret.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { group } from '../group/group.ts';
import { requireGroup } from '../group/require-group.ts';
import { logHead } from '../log/read-log.ts';
import * as decide from './decide.ts';
import { subscription } from './subscription.ts';

/** bcrypt is what nats-server checks; with 256 random bits there is nothing to slow down. */
const bcryptRounds = 4;

export const openSubscription: Handler<'subscription.open'> = async (context, data) => {
  const personId = personOf(context.actor);
  const { subscriptionId, groupId } = data;
  const target = await loadTarget(context, subscription, subscriptionId);
  await requireGroup(context, groupId);
  const members = groupId === null ? [personId] : (await load(context, group, groupId)).state.members;
  const [{ openAlready }] = await context.tx<{ openAlready: number }[]>`
    select count(*)::int as "openAlready" from subscription_owner where person_id = ${personId}`;
  const { position: head } = await logHead(context.tx);
  const facts = { isMember: members.includes(personId), openAlready, head };
  const events = decide.open(target.state, personId, data, facts);
  return outcome([appendTo(subscription, subscriptionId, target, events)]);
};

/** The secret is in the first answer and nowhere else: a repetition is answered with `secret: null`. */
export const issueSubscriptionCredential: Handler<'subscription.issueCredential'> = async (
  context,
  { subscriptionId },
) => {
  const target = await loadTarget(context, subscription, subscriptionId);
  const user = subscriptionUser(subscriptionId);
  const secret = newSecret('tsudoi_stream');
  const events = decide.issueCredential(
    target.state,
    personOf(context.actor),
    subscriptionId,
    hashSync(secret, bcryptRounds),
  );
  const issued = outcome([appendTo(subscription, subscriptionId, target, events)], { user, secret });
  return { ...issued, keptResult: { user, secret: null } };
};

export const closeSubscription: Handler<'subscription.close'> = async (context, { subscriptionId }) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, subscription, subscriptionId);
  const events = decide.close(target.state, personId, subscriptionId, 'owner');
  return outcome([appendTo(subscription, subscriptionId, target, events)]);
};
