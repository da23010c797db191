import type { PersonEvent } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** Keeps what permission checks read, in the transaction of the event itself. */
export async function projectGrants(tx: Transaction, { type, data }: PersonEvent): Promise<void> {
  switch (type) {
    case 'RoleGranted':
      await tx`insert into permission_grant (person_id, role, group_id)
        values (${data.personId}, ${data.role}, ${data.groupId})`;
      break;
    case 'RoleRevoked':
      await tx`delete from permission_grant where person_id = ${data.personId} and role = ${data.role}
        and group_id is not distinct from ${data.groupId}`;
      break;
    case 'TokenRevoked':
      await tx`update token_secret set revoked_at = clock_timestamp() where token_id = ${data.tokenId}`;
      break;
  }
}
