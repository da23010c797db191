import { z } from 'zod';
import { GroupId, PersonId, SubscriptionId } from '../ids.ts';
import { Topics } from '../topics.ts';
import { type EventOf, event } from './define.ts';

export const subscriptionEvents = [
  event('subscription', 'SubscriptionOpened', 1, {
    subscriptionId: SubscriptionId,
    personId: PersonId,
    /** The working group it serves; it ends when its owner leaves that group. */
    groupId: GroupId.nullable(),
    label: z.string(),
    topics: Topics,
    /** The first event it gets is the one after this position. */
    afterPosition: z.int().nonnegative(),
  }),
  /** A user on NATS with this secret, and no longer with the one before. */
  event('subscription', 'SubscriptionCredentialIssued', 1, {
    subscriptionId: SubscriptionId,
    /** bcrypt of 256 random bits. */
    secretHash: z.string(),
  }),
  event('subscription', 'SubscriptionClosed', 1, {
    subscriptionId: SubscriptionId,
    reason: z.enum(['owner', 'left-group', 'left-hub', 'operator']),
  }),
] as const;
export type SubscriptionEvent = EventOf<typeof subscriptionEvents>;
