import { z } from 'zod';
import { GroupId, PersonId, WebhookId } from '../ids.ts';
import { Topics } from '../topics.ts';
import { type EventOf, event } from './define.ts';

/** Secrets that sign deliveries are in no event; they lie encrypted in a table of their own. */
export const webhookEvents = [
  event('webhook', 'WebhookRegistered', 1, {
    webhookId: WebhookId,
    personId: PersonId,
    groupId: GroupId.nullable(),
    url: z.string(),
    topics: Topics,
  }),
  event('webhook', 'WebhookSecretRotated', 1, {
    webhookId: WebhookId,
    /** Until then deliveries are signed with the old secret too. */
    oldUntil: z.iso.datetime(),
  }),
  event('webhook', 'WebhookPaused', 1, {
    webhookId: WebhookId,
    failures: z.int(),
    lastStatus: z.int().nullable(),
  }),
  event('webhook', 'WebhookResumed', 1, { webhookId: WebhookId }),
  event('webhook', 'WebhookDeleted', 1, { webhookId: WebhookId }),
] as const;
export type WebhookEvent = EventOf<typeof webhookEvents>;
