import type { Projection } from './projection.ts';

/** Who is here, their tokens and working groups. Names are not in the log; queries take them from the profile. */
export const people: Projection = {
  name: 'people',
  version: 1,
  tables: ['view_person', 'view_token', 'view_group', 'view_group_member'],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'PersonJoined':
        await sql`insert into view_person (person_id, joined_at) values (${event.data.personId}, ${at})`;
        return;
      case 'TokenIssued': {
        const { tokenId, personId, label, scopes } = event.data;
        await sql`
          insert into view_token (token_id, person_id, label, scopes, issued_at)
          values (${tokenId}, ${personId}, ${label}, ${scopes}, ${at})`;
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
