import type { CreditEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** The ledger as a release reads it when it is published. */
export function projectEntries(tx: Transaction, { type, data }: CreditEvent): Statement[] {
  switch (type) {
    case 'CreditGranted':
      return [
        tx`
        insert into credit_entry (credit_id, person_id, group_id, rule, stream_type, stream_id, statement)
        values (${data.creditId}, ${data.personId}, ${data.groupId}, ${data.rule},
                ${data.evidence?.streamType ?? null}, ${data.evidence?.streamId ?? null}, ${data.statement})`,
      ];
    case 'CreditReversed':
      return [tx`update credit_entry set reversed = true where credit_id = ${data.creditId}`];
    default:
      return [];
  }
}
