import type { PersonEvent } from '@tsudoi/schema';
import { dataOf } from '../command/data-of.ts';
import type { Statement, Transaction } from '../log/connection.ts';

/** Keeps what permission checks read, in the transaction of the events themselves. */
export function projectGrants(tx: Transaction, events: PersonEvent[]): Statement[] {
  const roles = (rows: { personId: string; role: string; groupId: string | null }[]) => tx`
    unnest(${rows.map(({ personId }) => personId)}::uuid[], ${rows.map(({ role }) => role)}::text[],
           ${rows.map(({ groupId }) => groupId)}::uuid[]) as given (person, role_name, within)`;
  const granted = dataOf(events, 'RoleGranted');
  const revoked = dataOf(events, 'RoleRevoked');
  const grants = tx`
    insert into permission_grant (person_id, role, group_id) select * from ${roles(granted)}`;
  // "offset 0" and ctid: one look into the index for each, whatever the statistics say.
  const revocations = tx`
    delete from permission_grant where ctid = any(array(
      select held.ctid from ${roles(revoked)}, lateral (
        select ctid from permission_grant
        where person_id = person and role = given.role_name and group_id is not distinct from within offset 0) held))`;
  return [
    ...(granted.length > 0 ? [grants] : []),
    ...(revoked.length > 0 ? [revocations] : []),
    ...events.flatMap((event) => one(tx, event)),
  ];
}

function one(tx: Transaction, { type, data }: PersonEvent): Statement[] {
  switch (type) {
    case 'TokenIssued':
      if (data.secretHash === null) return []; // of a release that wrote the row beside the event
      return [
        tx`
          insert into token_secret (token_id, person_id, label, scopes, group_id, expires_at, secret_hash)
          values (${data.tokenId}, ${data.personId}, ${data.label}, ${data.scopes}, ${data.groupId}, ${data.expiresAt},
                  ${Buffer.from(data.secretHash, 'hex')})`,
      ];
    case 'TokenRevoked':
      return [tx`update token_secret set revoked_at = clock_timestamp() where token_id = ${data.tokenId}`];
    case 'PersonLeft':
      return [
        tx`delete from permission_grant where person_id = ${data.personId}`,
        tx`update token_secret set revoked_at = clock_timestamp()
           where person_id = ${data.personId} and revoked_at is null`,
        tx`delete from session where person_id = ${data.personId}`,
      ];
    default:
      return [];
  }
}
