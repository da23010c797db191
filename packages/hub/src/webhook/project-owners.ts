import type { WebhookEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** Whose webhooks there are; the secrets of a deleted one go at once. */
export function projectWebhookOwners(tx: Transaction, { type, data }: WebhookEvent): Statement[] {
  switch (type) {
    case 'WebhookRegistered':
      return [
        tx`
        insert into webhook_owner (webhook_id, person_id, group_id)
        values (${data.webhookId}, ${data.personId}, ${data.groupId})`,
      ];
    case 'WebhookDeleted':
      return [
        tx`delete from webhook_owner where webhook_id = ${data.webhookId}`,
        tx`delete from webhook_secret where webhook_id = ${data.webhookId}`,
      ];
    default:
      return [];
  }
}
