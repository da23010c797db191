import type { WebhookEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** Whose webhooks there are; the secrets of a deleted one go at once. */
export async function projectWebhookOwners(tx: Transaction, { type, data }: WebhookEvent): Promise<void> {
  switch (type) {
    case 'WebhookRegistered':
      await tx`
        insert into webhook_owner (webhook_id, person_id, group_id)
        values (${data.webhookId}, ${data.personId}, ${data.groupId})`;
      break;
    case 'WebhookDeleted':
      await tx`delete from webhook_owner where webhook_id = ${data.webhookId}`;
      await tx`delete from webhook_secret where webhook_id = ${data.webhookId}`;
      break;
  }
}
