import type { GroupEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

export async function projectMembers(tx: Transaction, { type, data }: GroupEvent): Promise<void> {
  if (type !== 'MemberAdded') return;
  await tx`insert into membership (group_id, person_id) values (${data.groupId}, ${data.personId})`;
}
