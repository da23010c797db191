import { isIP } from 'node:net';
import { type CommandData, Rejection, type WebhookEvent } from '@tsudoi/schema';
import { isPublicAddress } from './public-address.ts';
import type { WebhookState } from './webhook.ts';

/** So many webhooks one person may have. */
export const webhookLimit = 20;
/** For so long deliveries are signed with the old secret as well. */
export const oldSecretHours = 24;

/** What is delivered is signed and may name people, so it travels encrypted; only this machine itself is spoken to in clear. */
export function register(
  state: WebhookState,
  personId: string,
  data: CommandData<'webhook.register'>,
  facts: { isMember: boolean; registeredAlready: number },
): WebhookEvent[] {
  const { webhookId, url } = data;
  if (state.phase) throw new Rejection('stream.exists', { stream: `webhook ${webhookId}` });
  if (!facts.isMember) throw new Rejection('group.not-member');
  const { protocol, hostname, host, username, password } = new URL(url);
  // Whoever reads the refusal need not read a password.
  if (username || password) throw new Rejection('webhook.insecure', { url: `${protocol}//…@${host}` });
  if (protocol !== 'https:' && hostname !== '127.0.0.1') throw new Rejection('webhook.insecure', { url });
  // A name may come to mean another address; that is looked at when it is spoken to.
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) && protocol === 'https:' && !isPublicAddress(address)) {
    throw new Rejection('webhook.private-address', { url });
  }
  if (facts.registeredAlready >= webhookLimit) throw new Rejection('webhook.limit', { limit: webhookLimit });
  return [{ type: 'WebhookRegistered', data: { ...data, personId } }];
}

export function rotateSecret(
  state: WebhookState,
  personId: string,
  webhookId: string,
  now: Date,
): WebhookEvent[] {
  requireOwn(state, personId, webhookId);
  const oldUntil = new Date(now.getTime() + oldSecretHours * 3_600_000).toISOString();
  return [{ type: 'WebhookSecretRotated', data: { webhookId, oldUntil } }];
}

/** After failures in a row. A webhook that was paused or deleted meanwhile stays as it is. */
export function pause(state: WebhookState, data: CommandData<'webhook.pause'>): WebhookEvent[] {
  if (!state.phase) throw new Rejection('webhook.unknown', { webhookId: data.webhookId });
  return state.phase === 'live' ? [{ type: 'WebhookPaused', data }] : [];
}

/** By its owner: a pause without failures. Pausing twice is no fault: the second time nothing is left to do. */
export function suspend(state: WebhookState, personId: string, webhookId: string): WebhookEvent[] {
  requireOwn(state, personId, webhookId);
  return pause(state, { webhookId, failures: 0, lastStatus: null });
}

export function resume(state: WebhookState, personId: string, webhookId: string): WebhookEvent[] {
  requireOwn(state, personId, webhookId);
  if (state.phase !== 'paused') throw new Rejection('webhook.not-paused');
  return [{ type: 'WebhookResumed', data: { webhookId } }];
}

/** Deleting twice is no fault: the second time nothing is left to do. */
export function remove(state: WebhookState, personId: string, webhookId: string): WebhookEvent[] {
  if (state.phase === 'deleted' && state.personId === personId) return [];
  requireOwn(state, personId, webhookId);
  return [{ type: 'WebhookDeleted', data: { webhookId } }];
}

/** A foreign webhook is as unknown as none at all. */
function requireOwn(state: WebhookState, personId: string, webhookId: string): void {
  if (!state.phase || state.phase === 'deleted' || state.personId !== personId) {
    throw new Rejection('webhook.unknown', { webhookId });
  }
}
