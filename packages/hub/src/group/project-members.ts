import type { GroupEvent } from '@tsudoi/schema';
import { dataOf } from '../command/data-of.ts';
import type { Statement, Transaction } from '../log/connection.ts';

/** Who is in which group, for decisions about people. */
export function projectMembers(tx: Transaction, events: GroupEvent[]): Statement[] {
  const ids = (rows: { groupId: string; personId: string }[]) => tx`
    select * from unnest(${rows.map(({ groupId }) => groupId)}::uuid[], ${rows.map(({ personId }) => personId)}::uuid[])`;
  const added = dataOf(events, 'MemberAdded');
  const removed = dataOf(events, 'MemberRemoved');
  return [
    ...(added.length > 0 ? [tx`insert into membership (group_id, person_id) ${ids(added)}`] : []),
    ...(removed.length > 0
      ? [tx`delete from membership where (group_id, person_id) in (${ids(removed)})`]
      : []),
  ];
}
