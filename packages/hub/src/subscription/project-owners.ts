import type { SubscriptionEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** Whose subscriptions are open: read where a limit is checked and where somebody leaves. */
export async function projectSubscribers(tx: Transaction, { type, data }: SubscriptionEvent): Promise<void> {
  switch (type) {
    case 'SubscriptionOpened':
      await tx`
        insert into subscription_owner (subscription_id, person_id, group_id)
        values (${data.subscriptionId}, ${data.personId}, ${data.groupId})`;
      break;
    case 'SubscriptionClosed':
      await tx`delete from subscription_owner where subscription_id = ${data.subscriptionId}`;
      break;
  }
}
