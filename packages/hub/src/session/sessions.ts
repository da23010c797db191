import { newSecret, secretHash } from '../access/secret.ts';
import type { Hub } from '../hub.ts';

const lifetimeDays = 14;
/** A session in use is renewed at most this often, so that reading a page does not always write. */
const renewAfterHours = 1;

/** The secret goes into the person's cookie; the database keeps its hash alone. */
export async function createSession(
  hub: Hub,
  { personId, userAgent }: { personId: string; userAgent: string },
): Promise<{ secret: string; expiresAt: Date }> {
  const secret = newSecret('tsudoi_session');
  const [{ expiresAt }] = await hub.sql<{ expiresAt: Date }[]>`
    insert into session (secret_hash, person_id, user_agent, expires_at)
    values (${secretHash(secret)}, ${personId}, ${userAgent.slice(0, 300)},
            now() + make_interval(days => ${lifetimeDays}))
    returning expires_at as "expiresAt"`;
  return { secret, expiresAt };
}

/** Who a session belongs to, if it is live. Use moves its end to 14 days from now. */
export async function findSession(hub: Hub, secret: string): Promise<{ personId: string } | null> {
  const hash = secretHash(secret);
  const [row] = await hub.sql<{ personId: string; due: boolean }[]>`
    select person_id as "personId",
      expires_at < now() + make_interval(days => ${lifetimeDays}, hours => ${-renewAfterHours}) as due
    from session where secret_hash = ${hash} and expires_at > now()`;
  if (!row) return null;
  if (row.due) {
    await hub.sql`
      update session set expires_at = now() + make_interval(days => ${lifetimeDays}) where secret_hash = ${hash}`;
  }
  return { personId: row.personId };
}

export async function endSession(hub: Hub, secret: string): Promise<void> {
  await hub.sql`delete from session where secret_hash = ${secretHash(secret)}`;
}
