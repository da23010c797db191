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
    case 'TokenIssued':
      if (data.secretHash === null) break; // of a release that wrote the row beside the event
      await tx`
        insert into token_secret (token_id, person_id, label, scopes, group_id, expires_at, secret_hash)
        values (${data.tokenId}, ${data.personId}, ${data.label}, ${data.scopes}, ${data.groupId}, ${data.expiresAt},
                ${Buffer.from(data.secretHash, 'hex')})`;
      break;
    case 'TokenRevoked':
      await tx`update token_secret set revoked_at = clock_timestamp() where token_id = ${data.tokenId}`;
      break;
    case 'PersonLeft':
      await tx`delete from permission_grant where person_id = ${data.personId}`;
      await tx`update token_secret set revoked_at = clock_timestamp()
        where person_id = ${data.personId} and revoked_at is null`;
      await tx`delete from session where person_id = ${data.personId}`;
      break;
  }
}
