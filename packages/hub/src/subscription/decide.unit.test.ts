import type { SubscriptionEvent } from '@tsudoi/schema';
import { test } from 'vitest';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { subscription } from './subscription.ts';

const [subscriptionId, owner, other] = ['1', '2', '3'].map((n) => `018f0000-0000-7000-8000-00000000000${n}`);
const data = { subscriptionId, groupId: null, label: 'corpus', topics: ['source'] };
const opened = (afterPosition: number): SubscriptionEvent => ({
  type: 'SubscriptionOpened',
  data: { ...data, personId: owner, afterPosition },
});
const facts = { isMember: true, openAlready: 0, head: 100 };
const open =
  (afterPosition?: number, known = facts) =>
  (state: typeof subscription.initial) =>
    decide.open(state, owner, { ...data, afterPosition }, known);
const close = (who: string) => (state: typeof subscription.initial) =>
  decide.close(state, who, subscriptionId, 'owner');

test('a subscription begins now, or after a position that exists', () => {
  given(subscription).when(open()).gives(opened(100));
  given(subscription).when(open(0)).gives(opened(0));
  given(subscription).when(open(101)).isRefused('subscription.ahead', { head: 100, position: 101 });
});

test('it is for members of its group, has a limit, and an id of its own', () => {
  given(subscription)
    .when(open(0, { ...facts, isMember: false }))
    .isRefused('group.not-member');
  given(subscription)
    .when(open(0, { ...facts, openAlready: decide.subscriptionLimit }))
    .isRefused('subscription.limit');
  given(subscription, opened(0)).when(open()).isRefused('stream.exists');
});

test('its owner closes it, once; to others it is unknown', () => {
  const closed: SubscriptionEvent = { type: 'SubscriptionClosed', data: { subscriptionId, reason: 'owner' } };
  given(subscription, opened(0)).when(close(owner)).gives(closed);
  given(subscription, opened(0), closed).when(close(owner)).changesNothing();
  given(subscription, opened(0)).when(close(other)).isRefused('subscription.unknown');
});

test('its owner gets a credential while it is open, and another one in its place', () => {
  const issue = (who: string) => (state: typeof subscription.initial) =>
    decide.issueCredential(state, who, subscriptionId, 'hash');
  const issued: SubscriptionEvent = {
    type: 'SubscriptionCredentialIssued',
    data: { subscriptionId, secretHash: 'hash' },
  };
  const closed: SubscriptionEvent = { type: 'SubscriptionClosed', data: { subscriptionId, reason: 'owner' } };
  given(subscription, opened(0)).when(issue(owner)).gives(issued);
  given(subscription, opened(0), issued).when(issue(owner)).gives(issued);
  given(subscription, opened(0)).when(issue(other)).isRefused('subscription.unknown');
  given(subscription, opened(0), closed).when(issue(owner)).isRefused('subscription.unknown');
});
