import type { WebhookEvent } from '@tsudoi/schema';
import { describe, test } from 'vitest';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { webhook } from './webhook.ts';

const [webhookId, owner, other] = ['1', '2', '3'].map((n) => `018f0000-0000-7000-8000-00000000000${n}`);
const data = { webhookId, groupId: null, url: 'https://example.org/hook', topics: ['source'] };
const facts = { isMember: true, registeredAlready: 0 };
const registered: WebhookEvent = { type: 'WebhookRegistered', data: { ...data, personId: owner } };
const paused: WebhookEvent = { type: 'WebhookPaused', data: { webhookId, failures: 20, lastStatus: 500 } };
const deleted: WebhookEvent = { type: 'WebhookDeleted', data: { webhookId } };
type State = typeof webhook.initial;
const register =
  (change: Partial<typeof data> = {}, known = facts) =>
  (state: State) =>
    decide.register(state, owner, { ...data, ...change }, known);

describe('registering', () => {
  test('is for https addresses without a password in them', () => {
    given(webhook).when(register()).gives(registered);
    const url = 'http://example.org/x';
    given(webhook).when(register({ url })).isRefused('webhook.insecure', { url });
    given(webhook)
      .when(register({ url: 'https://me:secret@example.org/x' }))
      .isRefused('webhook.insecure', { url: 'https://…@example.org' });
  });
  test('is for members of the group, and has a limit', () => {
    given(webhook)
      .when(register({}, { ...facts, isMember: false }))
      .isRefused('group.not-member');
    given(webhook)
      .when(register({}, { ...facts, registeredAlready: decide.webhookLimit }))
      .isRefused('webhook.limit');
    given(webhook, registered).when(register()).isRefused('stream.exists');
  });
});

test('a new secret leaves the old one a day', () => {
  given(webhook, registered)
    .when((state) => decide.rotateSecret(state, owner, webhookId, new Date('2026-11-22T00:00:00.000Z')))
    .gives({ type: 'WebhookSecretRotated', data: { webhookId, oldUntil: '2026-11-23T00:00:00.000Z' } });
});

describe('after failures', () => {
  const pause = (state: State) => decide.pause(state, { webhookId, failures: 20, lastStatus: 500 });
  test('it is paused once, and resumed by its owner', () => {
    given(webhook, registered).when(pause).gives(paused);
    given(webhook, registered, paused).when(pause).changesNothing();
    given(webhook, registered, paused)
      .when((state) => decide.resume(state, owner, webhookId))
      .gives({ type: 'WebhookResumed', data: { webhookId } });
    given(webhook, registered)
      .when((state) => decide.resume(state, owner, webhookId))
      .isRefused('webhook.not-paused');
  });
});

test('its owner may pause it for a while, which counts no failures, and nobody else may', () => {
  const suspend = (who: string) => (state: State) => decide.suspend(state, who, webhookId);
  const byOwner: WebhookEvent = { type: 'WebhookPaused', data: { webhookId, failures: 0, lastStatus: null } };
  given(webhook, registered).when(suspend(owner)).gives(byOwner);
  given(webhook, registered, byOwner).when(suspend(owner)).changesNothing();
  given(webhook, registered).when(suspend(other)).isRefused('webhook.unknown');
  given(webhook, registered, deleted).when(suspend(owner)).isRefused('webhook.unknown');
});

test('a foreign webhook is as unknown as none, and a deleted one stays deleted', () => {
  given(webhook, registered)
    .when((state) => decide.remove(state, other, webhookId))
    .isRefused('webhook.unknown', { webhookId });
  given(webhook, registered)
    .when((state) => decide.remove(state, owner, webhookId))
    .gives(deleted);
  given(webhook, registered, deleted)
    .when((state) => decide.remove(state, owner, webhookId))
    .changesNothing();
  given(webhook, registered, deleted)
    .when((state) => decide.resume(state, owner, webhookId))
    .isRefused('webhook.unknown');
});

test('a private address is refused when it is named by number', () => {
  for (const url of [
    'https://10.1.2.3/x',
    'https://[::1]/x',
    'https://[::ffff:a00:1]/x',
    'https://2130706433/',
  ]) {
    given(webhook).when(register({ url })).isRefused('webhook.private-address', { url });
  }
  const url = 'https://1.1.1.1/x';
  given(webhook)
    .when(register({ url }))
    .gives({ type: 'WebhookRegistered', data: { ...data, url, personId: owner } });
});
