import type { SubscriptionEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** Whose subscriptions are open: read where a limit is checked and where somebody leaves. */
export function projectSubscribers(tx: Transaction, { type, data }: SubscriptionEvent): Statement[] {
  switch (type) {
    case 'SubscriptionOpened':
      return [
        tx`
        insert into subscription_owner (subscription_id, person_id, group_id)
        values (${data.subscriptionId}, ${data.personId}, ${data.groupId})`,
      ];
    case 'SubscriptionClosed':
      return [tx`delete from subscription_owner where subscription_id = ${data.subscriptionId}`];
    default:
      return [];
  }
}
