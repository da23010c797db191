import { newSigningSecret } from '../access/secret.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { group } from '../group/group.ts';
import { requireGroup } from '../group/require-group.ts';
import * as decide from './decide.ts';
import { keepWebhookSecret } from './secrets.ts';
import { webhook } from './webhook.ts';

/** The secret is in the first answer and nowhere else: a repetition is answered with `secret: null`. */
export const registerWebhook: Handler<'webhook.register'> = async (context, data) => {
  const personId = personOf(context.actor);
  const { webhookId, groupId } = data;
  const target = await loadTarget(context, webhook, webhookId);
  await requireGroup(context, groupId);
  const members = groupId === null ? [personId] : (await load(context, group, groupId)).state.members;
  const [{ registeredAlready }] = await context.tx<{ registeredAlready: number }[]>`
    select count(*)::int as "registeredAlready" from webhook_owner where person_id = ${personId}`;
  const facts = { isMember: members.includes(personId), registeredAlready };
  const events = decide.register(target.state, personId, data, facts);
  const secret = newSigningSecret();
  await keepWebhookSecret(context.tx, context.personalKey, { webhookId, secret, oldUntil: null });
  const made = outcome([appendTo(webhook, webhookId, target, events)], { secret });
  return { ...made, keptResult: { secret: null } };
};

export const rotateWebhookSecret: Handler<'webhook.rotateSecret'> = async (context, { webhookId }) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, webhook, webhookId);
  const events = decide.rotateSecret(target.state, personId, webhookId, context.now);
  const secret = newSigningSecret();
  const oldUntil = new Date(context.now.getTime() + decide.oldSecretHours * 3_600_000);
  await keepWebhookSecret(context.tx, context.personalKey, { webhookId, secret, oldUntil });
  const rotated = outcome([appendTo(webhook, webhookId, target, events)], { secret });
  return { ...rotated, keptResult: { secret: null } };
};

export const pauseWebhook: Handler<'webhook.pause'> = async (context, data) => {
  const target = await loadTarget(context, webhook, data.webhookId);
  return outcome([appendTo(webhook, data.webhookId, target, decide.pause(target.state, data))]);
};

export const suspendWebhook: Handler<'webhook.suspend'> = async (context, { webhookId }) => {
  const target = await loadTarget(context, webhook, webhookId);
  const events = decide.suspend(target.state, personOf(context.actor), webhookId);
  return outcome([appendTo(webhook, webhookId, target, events)]);
};

export const resumeWebhook: Handler<'webhook.resume'> = async (context, { webhookId }) => {
  const target = await loadTarget(context, webhook, webhookId);
  const events = decide.resume(target.state, personOf(context.actor), webhookId);
  return outcome([appendTo(webhook, webhookId, target, events)]);
};

export const deleteWebhook: Handler<'webhook.delete'> = async (context, { webhookId }) => {
  const target = await loadTarget(context, webhook, webhookId);
  const events = decide.remove(target.state, personOf(context.actor), webhookId);
  return outcome([appendTo(webhook, webhookId, target, events)]);
};
