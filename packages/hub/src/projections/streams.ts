import type { Queryable } from '../log/connection.ts';
import type { Projection } from './projection.ts';

/** Who listens to the log from outside: webhooks and subscriptions. How far deliveries have come is not history. */
export const streams: Projection = {
  name: 'streams',
  version: 1,
  tables: ['view_webhook', 'view_subscription'],
  types: [
    'WebhookRegistered',
    'WebhookPaused',
    'WebhookResumed',
    'WebhookDeleted',
    'SubscriptionOpened',
    'SubscriptionClosed',
  ],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'WebhookRegistered': {
        const { webhookId, personId, groupId, url, topics } = event.data;
        await sql`
          insert into view_webhook (webhook_id, person_id, group_id, url, topics, state, registered_at)
          values (${webhookId}, ${personId}, ${groupId}, ${url}, ${topics}, 'live', ${at})`;
        return;
      }
      case 'WebhookPaused': {
        const { webhookId, failures, lastStatus } = event.data;
        await sql`
          update view_webhook set state = 'paused', failures = ${failures}, last_status = ${lastStatus}
          where webhook_id = ${webhookId}`;
        return;
      }
      case 'WebhookResumed':
        return setWebhook(sql, event.data.webhookId, 'live');
      case 'WebhookDeleted':
        return setWebhook(sql, event.data.webhookId, 'deleted');
      case 'SubscriptionOpened': {
        const { subscriptionId, personId, groupId, label, topics, afterPosition } = event.data;
        await sql`
          insert into view_subscription (subscription_id, person_id, group_id, label, topics, after_position, opened_at)
          values (${subscriptionId}, ${personId}, ${groupId}, ${label}, ${topics}, ${afterPosition}, ${at})`;
        return;
      }
      case 'SubscriptionClosed': {
        const { subscriptionId, reason } = event.data;
        await sql`
          update view_subscription set closed_at = ${at}, closed_because = ${reason}
          where subscription_id = ${subscriptionId}`;
        return;
      }
    }
  },
};

async function setWebhook(sql: Queryable, webhookId: string, state: 'live' | 'deleted'): Promise<void> {
  await sql`
    update view_webhook set state = ${state}, failures = 0, last_status = null where webhook_id = ${webhookId}`;
}
