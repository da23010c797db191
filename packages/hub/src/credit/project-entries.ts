import type { CreditEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** The ledger as a release reads it when it is published. */
export async function projectEntries(tx: Transaction, { type, data }: CreditEvent): Promise<void> {
  switch (type) {
    case 'CreditGranted':
      await tx`
        insert into credit_entry (credit_id, person_id, group_id, rule, stream_type, stream_id, statement)
        values (${data.creditId}, ${data.personId}, ${data.groupId}, ${data.rule},
                ${data.evidence?.streamType ?? null}, ${data.evidence?.streamId ?? null}, ${data.statement})`;
      break;
    case 'CreditReversed':
      await tx`update credit_entry set reversed = true where credit_id = ${data.creditId}`;
      break;
  }
}
