import {
  type GroupMember,
  type GroupSummary,
  type Page,
  type PersonSummary,
  Rejection,
  Role,
  TokenScope,
  type TokenSummary,
  type Viewer,
} from '@tsudoi/schema';
import { z } from 'zod';
import { permissionsOf } from '../access/permissions.ts';
import type { Hub } from '../hub.ts';
import { Iso, Person } from './columns.ts';
import { containing, type PageRequest, pageOf, readCursor } from './keyset.ts';

const ViewerRow = Person.extend({
  roles: z.array(z.object({ role: Role, groupId: z.string().nullable() })),
  groups: z.array(
    z.object({ groupId: z.string(), slug: z.string(), nameJa: z.string(), nameEn: z.string() }),
  ),
});

/** Somebody as they see themselves. Roles and permissions are read where commands check them, so they are never late. */
export async function viewer(hub: Hub, personId: string): Promise<Viewer> {
  const [row] = await viewerRows(hub, [personId]);
  const known = row ?? { personId, displayName: '', roles: [], groups: [] };
  const permissions = [...(await permissionsOf(hub, { kind: 'person', personId }))].sort();
  return { ...known, permissions };
}

/** The first people who joined, for signing in without a password where the hub listens on this machine alone. */
export async function personas(hub: Hub): Promise<Viewer[]> {
  const people = await hub.sql<{ personId: string }[]>`
    select person_id as "personId" from view_person order by joined_at, person_id limit 50`;
  return Promise.all(people.map(({ personId }) => viewer(hub, personId)));
}

async function viewerRows(hub: Hub, personIds: string[]): Promise<z.infer<typeof ViewerRow>[]> {
  const rows = await hub.sql`
    select p.person_id as "personId", p.display_name as "displayName",
      coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'groupId', g.group_id) order by g.role, g.group_id)
        from permission_grant g where g.person_id = p.person_id), '[]') as roles,
      coalesce((select jsonb_agg(jsonb_build_object('groupId', g.group_id, 'slug', g.slug, 'nameJa', g.name_ja,
          'nameEn', g.name_en) order by g.slug)
        from membership m join view_group g on g.group_id = m.group_id
        where m.person_id = p.person_id), '[]') as groups
    from profile p where p.person_id in ${hub.sql(personIds)}`;
  return z.array(ViewerRow).parse(rows);
}

const TokenRow = z.object({
  tokenId: z.string(),
  label: z.string(),
  scopes: z.array(TokenScope),
  groupId: z.string().nullable(),
  issuedAt: Iso,
  expiresAt: Iso.nullable(),
  revokedAt: Iso.nullable(),
  lastUsedAt: Iso.nullable(),
});

/** The tokens a person has issued, newest first. Their secrets are nowhere to be read. */
export async function tokens(hub: Hub, personId: string): Promise<TokenSummary[]> {
  const rows = await hub.sql`
    select token_id as "tokenId", label, scopes, group_id as "groupId", issued_at as "issuedAt",
           expires_at as "expiresAt", revoked_at as "revokedAt",
           (select used_at from token_use used where used.token_id = view_token.token_id) as "lastUsedAt"
    from view_token where person_id = ${personId} order by issued_at desc, token_id`;
  return z.array(TokenRow).parse(rows);
}

const GroupRow = z.object({
  groupId: z.string(),
  slug: z.string(),
  nameJa: z.string(),
  nameEn: z.string(),
  memberCount: z.int(),
  members: z.array(Person),
});

const MOST_GROUPS = 500;
const MEMBERS_SHOWN = 100;

/** Groups by slug, each with the number of its members and some of them: however large a hub grows, the answer does not. */
export async function groups(hub: Hub): Promise<GroupSummary[]> {
  const rows = await hub.sql`
    select g.group_id as "groupId", g.slug, g.name_ja as "nameJa", g.name_en as "nameEn",
      (select count(*)::int from view_group_member m where m.group_id = g.group_id) as "memberCount",
      coalesce((select jsonb_agg(jsonb_build_object('personId', m.person_id,
          'displayName', coalesce(p.display_name, '')) order by p.display_name, m.person_id)
        from (select person_id from view_group_member where group_id = g.group_id
              order by person_id limit ${MEMBERS_SHOWN}) m
        left join profile p on p.person_id = m.person_id), '[]') as members
    from view_group g order by g.slug limit ${MOST_GROUPS}`;
  return z.array(GroupRow).parse(rows);
}

const MemberRow = Person.extend({ roles: z.array(Role) });

/**
 * Members of a working group with their roles in it, by name. `after` is a number of rows: names are no place to
 * come back to, and who joins meanwhile is seen at the next look.
 * @throws Rejection `group.unknown`
 */
export async function groupMembers(
  { sql }: Pick<Hub, 'sql'>,
  { groupId, text, skip = 0, limit = 50 }: { groupId: string; text?: string; skip?: number; limit?: number },
): Promise<{ items: GroupMember[]; total: number }> {
  const [known] = await sql`select from view_group where group_id = ${groupId}`;
  if (!known) throw new Rejection('group.unknown', { groupId });
  const pattern = containing(text);
  const found = pattern ? sql`p.display_name ilike ${pattern}` : sql`true`;
  const rows = await sql`
    select m.person_id as "personId", coalesce(p.display_name, '') as "displayName",
      coalesce((select jsonb_agg(g.role order by g.role) from permission_grant g
        where g.person_id = m.person_id and g.group_id = m.group_id), '[]') as roles
    from view_group_member m left join profile p on p.person_id = m.person_id
    where m.group_id = ${groupId} and ${found}
    order by p.display_name, m.person_id limit ${limit} offset ${skip}`;
  const [{ total }] = await sql<[{ total: number }]>`
    select count(*)::int as total from view_group_member m left join profile p on p.person_id = m.person_id
    where m.group_id = ${groupId} and ${found}`;
  return { items: z.array(MemberRow).parse([...rows]), total };
}

const PersonRow = ViewerRow.extend({ joinedAt: Iso });

/** Who is here now, newest first, one page at a time; `text` is looked for in the names. */
export async function peoplePage(
  { sql }: Pick<Hub, 'sql'>,
  { text, after, limit = 50 }: PageRequest & { text?: string } = {},
): Promise<Page<PersonSummary>> {
  const cursor = readCursor(after);
  const pattern = containing(text);
  const rows = await sql`
    select v.person_id as "personId", p.display_name as "displayName", v.joined_at as "joinedAt",
      coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'groupId', g.group_id) order by g.role, g.group_id)
        from permission_grant g where g.person_id = v.person_id), '[]') as roles,
      coalesce((select jsonb_agg(jsonb_build_object('groupId', g.group_id, 'slug', g.slug, 'nameJa', g.name_ja,
          'nameEn', g.name_en) order by g.slug)
        from membership m join view_group g on g.group_id = m.group_id
        where m.person_id = v.person_id), '[]') as groups
    from view_person v join profile p on p.person_id = v.person_id
    where v.left_at is null and v.erased_at is null
      and ${pattern ? sql`p.display_name ilike ${pattern}` : sql`true`}
      and ${cursor ? sql`(v.joined_at, v.person_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}
    order by v.joined_at desc, v.person_id desc limit ${limit + 1}`;
  return pageOf(z.array(PersonRow).parse([...rows]), limit, ({ joinedAt, personId }) => [joinedAt, personId]);
}

/** Which text on openness a person has agreed to last; null for somebody who is not here. */
export async function opennessOf({ sql }: Pick<Hub, 'sql'>, personId: string): Promise<string | null> {
  const [row] = await sql<{ openness: string }[]>`
    select openness from view_person where person_id = ${personId} and left_at is null`;
  return row?.openness ?? null;
}
