import { dataOf } from '../command/data-of.ts';
import { alike } from '../log/alike.ts';
import type { Projection } from './projection.ts';

/** Who is here, their tokens and working groups. Names are not in the log; queries take them from the profile. */
export const people: Projection = {
  name: 'people',
  version: 2,
  tables: ['view_person', 'view_token', 'view_group', 'view_group_member'],
  types: [
    'PersonJoined',
    'OpennessAgreed',
    'PersonLeft',
    'PersonErased',
    'MemberRemoved',
    'TokenIssued',
    'TokenRevoked',
    'GroupCreated',
    'MemberAdded',
  ],
  async applyTogether(sql, events) {
    for (const group of alike(events)) {
      const members = dataOf(
        group.map(({ event }) => event),
        'MemberAdded',
      );
      if (members.length === 0) for (const recorded of group) await people.apply(sql, recorded);
      else
        await sql`
          insert into view_group_member (group_id, person_id)
          select * from unnest(${members.map(({ groupId }) => groupId)}::uuid[],
                               ${members.map(({ personId }) => personId)}::uuid[])`;
    }
  },
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'PersonJoined':
        await sql`
          insert into view_person (person_id, joined_at, openness)
          values (${event.data.personId}, ${at}, ${event.data.openness})
          on conflict (person_id) do update set openness = excluded.openness, left_at = null`;
        return;
      case 'OpennessAgreed':
        await sql`
          update view_person set openness = ${event.data.openness} where person_id = ${event.data.personId}`;
        return;
      case 'PersonLeft':
        await sql`update view_person set left_at = ${at} where person_id = ${event.data.personId}`;
        await sql`
          update view_token set revoked_at = ${at}
          where person_id = ${event.data.personId} and revoked_at is null`;
        return;
      case 'PersonErased':
        await sql`update view_person set erased_at = ${at} where person_id = ${event.data.personId}`;
        return;
      case 'MemberRemoved':
        await sql`
          delete from view_group_member
          where group_id = ${event.data.groupId} and person_id = ${event.data.personId}`;
        return;
      case 'TokenIssued': {
        const { tokenId, personId, label, scopes, groupId, expiresAt } = event.data;
        await sql`
          insert into view_token (token_id, person_id, label, scopes, group_id, expires_at, issued_at)
          values (${tokenId}, ${personId}, ${label}, ${scopes}, ${groupId}, ${expiresAt}, ${at})`;
        return;
      }
      case 'TokenRevoked':
        await sql`update view_token set revoked_at = ${at} where token_id = ${event.data.tokenId}`;
        return;
      case 'GroupCreated': {
        const { groupId, slug, nameJa, nameEn } = event.data;
        await sql`
          insert into view_group (group_id, slug, name_ja, name_en)
          values (${groupId}, ${slug}, ${nameJa}, ${nameEn})`;
        return;
      }
      case 'MemberAdded':
        await sql`
          insert into view_group_member (group_id, person_id)
          values (${event.data.groupId}, ${event.data.personId})`;
        return;
    }
  },
};
