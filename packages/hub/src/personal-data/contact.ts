import { Profile } from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import { readPersonKeys, requireMasterKey } from './person-keys.ts';
import { unseal } from './sealing.ts';

/** What a person has told the hub about themselves, for their own eyes; null for somebody who is unknown or erased. */
export async function profileOf(hub: Hub, personId: string): Promise<Profile | null> {
  const [row] = await hub.sql<{ displayName: string; sealed: string | null }[]>`
    select display_name as "displayName", sealed from profile where person_id = ${personId}`;
  if (!row) return null;
  if (row.sealed === null) return { displayName: row.displayName, email: null };
  const key = (await readPersonKeys(hub.sql, requireMasterKey(hub.personalKey), [personId])).get(personId);
  if (!key) return null;
  return Profile.parse(
    unseal(key, { personId, eventType: 'ProfileChanged', streamId: personId }, row.sealed),
  );
}
