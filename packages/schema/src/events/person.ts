import { z } from 'zod';
import { GroupId, PersonId, Sha256, TokenId } from '../ids.ts';
import { firstOpenness } from '../openness.ts';
import { Role, TokenScope } from '../permissions.ts';
import { Sealed } from '../sealed.ts';
import { type EventOf, event } from './define.ts';

type Json = Record<string, unknown>;

/** Names and addresses are in the log only as `sealed`: JSON of `Profile` under the person's own key. */
export const Profile = z.strictObject({
  displayName: z.string(),
  email: z.string().nullable(),
});
export type Profile = z.infer<typeof Profile>;

export const personEvents = [
  event(
    'person',
    'PersonJoined',
    2,
    {
      personId: PersonId,
      /** Version of the text that was agreed to. */
      openness: z.string(),
      /** Null: joined before names were in the log, or erased. */
      sealed: Sealed.nullable(),
    },
    { 1: (data) => ({ personId: (data as Json).personId, openness: firstOpenness, sealed: null }) },
  ),
  event('person', 'OpennessAgreed', 1, { personId: PersonId, openness: z.string() }),
  event('person', 'ProfileChanged', 1, { personId: PersonId, sealed: Sealed }),
  /** Whether lists of credits say the name or a number in its place. */
  event('person', 'CreditNameChosen', 1, { personId: PersonId, named: z.boolean() }),
  event('person', 'RoleGranted', 1, { personId: PersonId, role: Role, groupId: GroupId.nullable() }),
  event('person', 'RoleRevoked', 1, { personId: PersonId, role: Role, groupId: GroupId.nullable() }),
  event(
    'person',
    'TokenIssued',
    2,
    {
      personId: PersonId,
      tokenId: TokenId,
      label: z.string(),
      scopes: z.array(TokenScope),
      /** The token counts in this group only; null: wherever its person may act. */
      groupId: GroupId.nullable(),
      expiresAt: z.iso.datetime().nullable(),
      /** Of the secret, which has 256 random bits; null: issued before hashes were in the log. */
      secretHash: Sha256.nullable(),
    },
    { 1: (data) => ({ ...(data as Json), groupId: null, expiresAt: null, secretHash: null }) },
  ),
  event('person', 'TokenRevoked', 1, { personId: PersonId, tokenId: TokenId }),
  /** Every role and token ends with it; memberships end by `MemberRemoved` in the same append. */
  event('person', 'PersonLeft', 1, { personId: PersonId }),
  /** The person's key is gone: what was sealed under it can never be read again. */
  event('person', 'PersonErased', 1, { personId: PersonId }),
] as const;
export type PersonEvent = EventOf<typeof personEvents>;
