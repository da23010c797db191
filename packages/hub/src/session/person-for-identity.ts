import { Rejection } from '@tsudoi/schema';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { uuidV7 } from '../log/uuid-v7.ts';

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
  const [known] = await hub.sql<{ personId: string; joined: boolean }[]>`
    select person_id as "personId",
      exists (select 1 from stream where stream_type = 'person' and stream_id = person_id::text) as joined
    from identity where provider = ${provider} and subject = ${subject}`;
  if (known?.joined) return known.personId;
  const [{ personId }] = await hub.sql<{ personId: string }[]>`
    insert into identity as kept (provider, subject, person_id) values (${provider}, ${subject}, ${uuidV7()})
    on conflict (provider, subject) do update set person_id = kept.person_id returning person_id as "personId"`;
  try {
    await execute(
      hub,
      {
        type: 'person.join',
        data: {
          personId,
          displayName: displayName.trim().slice(0, 80) || subject.slice(0, 80),
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
