import type { GroupEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

export async function projectMembers(tx: Transaction, { type, data }: GroupEvent): Promise<void> {
  switch (type) {
    case 'MemberAdded':
      await tx`insert into membership (group_id, person_id) values (${data.groupId}, ${data.personId})`;
      break;
    case 'MemberRemoved':
      await tx`delete from membership where group_id = ${data.groupId} and person_id = ${data.personId}`;
      break;
  }
}
