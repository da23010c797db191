import type { Transaction } from '../log/connection.ts';

/**
 * Deletes what makes a person readable: the key (so that what the log has sealed is noise), the profile, the identity
 * and the sessions. Receipts keep a hash of what was asked, which contains the name; it is blanked.
 */
export async function erasePersonalData(tx: Transaction, personId: string): Promise<void> {
  await tx`delete from personal.person_key where person_id = ${personId}`;
  await tx`delete from profile where person_id = ${personId}`;
  await tx`delete from identity where person_id = ${personId}`;
  await tx`delete from session where person_id = ${personId}`;
  await tx`select personal.blank_receipts(${personId})`;
}
