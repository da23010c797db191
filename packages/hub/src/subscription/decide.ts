import { type CommandData, Rejection, type SubscriptionEvent } from '@tsudoi/schema';
import type { SubscriptionState } from './subscription.ts';

/** So many open subscriptions one person may have. */
export const subscriptionLimit = 20;

/** A working group's stream is for its members. */
export function open(
  state: SubscriptionState,
  personId: string,
  { afterPosition, ...data }: CommandData<'subscription.open'>,
  facts: { isMember: boolean; openAlready: number; head: number },
): SubscriptionEvent[] {
  const { subscriptionId } = data;
  if (state.phase) throw new Rejection('stream.exists', { stream: `subscription ${subscriptionId}` });
  if (!facts.isMember) throw new Rejection('group.not-member');
  if (facts.openAlready >= subscriptionLimit) {
    throw new Rejection('subscription.limit', { limit: subscriptionLimit });
  }
  const after = afterPosition ?? facts.head;
  if (after > facts.head) throw new Rejection('subscription.ahead', { head: facts.head, position: after });
  return [{ type: 'SubscriptionOpened', data: { ...data, personId, afterPosition: after } }];
}

/** A second one takes the place of the first: whoever has lost a secret asks for another. */
export function issueCredential(
  state: SubscriptionState,
  personId: string,
  subscriptionId: string,
  secretHash: string,
): SubscriptionEvent[] {
  if (state.phase !== 'open' || state.personId !== personId) {
    throw new Rejection('subscription.unknown', { subscriptionId });
  }
  return [{ type: 'SubscriptionCredentialIssued', data: { subscriptionId, secretHash } }];
}

/** Closing twice is no fault: the second time nothing is left to do. */
export function close(
  state: SubscriptionState,
  personId: string,
  subscriptionId: string,
  reason: Extract<SubscriptionEvent, { type: 'SubscriptionClosed' }>['data']['reason'],
): SubscriptionEvent[] {
  if (!state.phase || state.personId !== personId) {
    throw new Rejection('subscription.unknown', { subscriptionId });
  }
  return state.phase === 'open' ? [{ type: 'SubscriptionClosed', data: { subscriptionId, reason } }] : [];
}
