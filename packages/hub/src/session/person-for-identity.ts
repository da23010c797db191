import { Rejection } from '@tsudoi/schema';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { requireMasterKey } from '../personal-data/person-keys.ts';
import { identityHash } from '../personal-data/sealing.ts';

/** Who signed in, as an identity provider (or the local personas) names them. */
export interface Identity {
  provider: string;
  subject: string;
  displayName: string;
}

/**
 * The person behind an identity. On the first sign-in a new person joins as a contributor; the sign-in page states that
 * joining means agreeing to openness. Two first sign-ins at once give one person; one that was cut off in the middle is
 * finished by the next.
 */
export async function personForIdentity(hub: Hub, identity: Identity): Promise<string> {
  const { provider, subject, displayName } = identity;
  const hash = identityHash(requireMasterKey(hub.personalKey), provider, subject);
  const known = await knownPerson(hub, hash);
  if (known?.joined) return known.personId;
  const personId = known?.personId ?? (await rememberIdentity(hub, provider, subject, hash));
  try {
    await execute(
      hub,
      {
        type: 'person.join',
        data: {
          personId,
          displayName: storable(displayName) || `#${personId.slice(-6)}`, // never the subject: it may be an address
          opennessAgreed: true,
        },
      },
      { actor: { kind: 'system', name: 'sign-in' }, commandId: uuidV7() },
    );
  } catch (error) {
    if (!(error instanceof Rejection && error.code === 'person.joined-already')) throw error;
  }
  return personId;
}

/** The name as a profile takes it, however the provider wrote it: an odd one must not keep anybody out. */
function storable(displayName: string): string {
  return displayName.replaceAll('\0', '').trim().slice(0, 80).toWellFormed().trim();
}

async function knownPerson(hub: Hub, hash: Buffer): Promise<{ personId: string; joined: boolean } | null> {
  const [row] = await hub.sql<{ personId: string; joined: boolean }[]>`
    select person_id as "personId",
      exists (select 1 from permission_grant grants where grants.person_id = identity.person_id) as joined
    from identity where subject_hash = ${hash}`;
  return row ?? null;
}

/** The subject itself is kept nowhere; where an earlier release kept it, the hash takes its place. */
async function rememberIdentity(hub: Hub, provider: string, subject: string, hash: Buffer): Promise<string> {
  const [earlier] = await hub.sql<{ personId: string }[]>`
    update identity set subject = null, subject_hash = ${hash}
    where provider = ${provider} and subject = ${subject} returning person_id as "personId"`;
  if (earlier) return earlier.personId;
  const [{ personId }] = await hub.sql<{ personId: string }[]>`
    insert into identity as kept (provider, subject_hash, person_id) values (${provider}, ${hash}, ${uuidV7()})
    on conflict (subject_hash) do update set person_id = kept.person_id returning person_id as "personId"`;
  return personId;
}
