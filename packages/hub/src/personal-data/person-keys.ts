import { randomBytes } from 'node:crypto';
import type { Queryable } from '../log/connection.ts';
import { decrypt, encrypt, subkey } from './sealing.ts';

/** The key of the environment, which wraps the keys of people. */
export function requireMasterKey(master: Uint8Array | null): Uint8Array {
  if (!master)
    throw new Error(
      'PERSONAL_DATA_KEY is not given to this process, so it cannot seal or read personal data',
    );
  return master;
}

/** The key of one person; it is made at the first use. */
export async function makePersonKey(sql: Queryable, master: Uint8Array, personId: string): Promise<Buffer> {
  const fresh = encrypt(subkey(master, 'wrap'), personId, randomBytes(32));
  await sql`
    insert into personal.person_key (person_id, wrapped) values (${personId}, ${fresh})
    on conflict (person_id) do nothing`;
  return (await readPersonKeys(sql, master, [personId])).get(personId)!;
}

/**
 * The keys of those people who still have one: whoever was erased is not among them.
 * @throws if the key of the environment is not the one that wrapped them
 */
export async function readPersonKeys(
  sql: Queryable,
  master: Uint8Array,
  personIds: string[],
): Promise<Map<string, Buffer>> {
  const rows = await sql<{ personId: string; wrapped: Buffer }[]>`
    select person_id as "personId", wrapped from personal.person_key where person_id = any(${personIds}::uuid[])`;
  const wrapping = subkey(master, 'wrap');
  return new Map(rows.map(({ personId, wrapped }) => [personId, decrypt(wrapping, personId, wrapped)]));
}
