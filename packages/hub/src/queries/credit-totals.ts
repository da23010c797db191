import { CreditRule, type CreditTotal, type PersonRef, Rejection, type ReleaseSummary } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { creditedName, Person } from './columns.ts';
import { releasesById } from './releases.ts';

const TotalRow = z.object({
  person: Person,
  entries: z.number(),
  rules: z.partialRecord(CreditRule, z.number()),
});

const MOST_PEOPLE = 200;

/** Who has done how much of what, most first: over the whole hub, or credited in one working group. */
export async function creditTotals(
  { sql }: Pick<Hub, 'sql'>,
  { groupId }: { groupId?: string },
): Promise<{ people: CreditTotal[]; total: number }> {
  const counted = sql`not reversed and ${groupId ? sql`group_id = ${groupId}` : sql`true`}`;
  const rows = await sql`
    with totals as (
      select person_id, rule, count(*)::int as entries from credit_entry where ${counted} group by person_id, rule
    )
    select jsonb_build_object('personId', t.person_id, 'displayName', ${creditedName(sql)}) as person,
           sum(t.entries)::int as entries, jsonb_object_agg(t.rule, t.entries) as rules
    from totals t left join profile p on p.person_id = t.person_id
    group by t.person_id, p.person_id order by sum(t.entries) desc, t.person_id limit ${MOST_PEOPLE}`;
  const [{ total }] = await sql<{ total: number }[]>`
    select count(distinct person_id)::int as total from credit_entry where ${counted}`;
  return { people: z.array(TotalRow).parse([...rows]), total };
}

/**
 * The releases whose CREDITS name a person, newest first: work on a source, a job or the run behind the artifact, on
 * the release itself, or a statement of a lead of its group. The same rule as `release/credits.ts`, asked from the
 * person's side.
 */
export async function creditedReleases(hub: Pick<Hub, 'sql'>, personId: string): Promise<ReleaseSummary[]> {
  const found = await hub.sql<{ releaseId: string }[]>`
    with recursive behind (release_id, id) as (
      select release_id, artifact_id from view_release where state = 'released'
      union
      select behind.release_id, edge.from_id from view_lineage edge join behind on edge.to_id = behind.id
    ), stream (release_id, stream_id) as (
      select release_id, release_id::text from view_release where state = 'released'
      union select release_id, id from behind
      union select b.release_id, a.job_id::text from behind b join view_artifact a on a.artifact_id = b.id
      union select r.release_id, a.run_id::text from view_release r join view_artifact a using (artifact_id)
        where r.state = 'released' and a.run_id is not null
    )
    select r.release_id as "releaseId" from view_release r
    where r.state = 'released' and exists (
      select from credit_entry c
      where c.person_id = ${personId} and not c.reversed
        and (c.stream_id in (select stream_id from stream where stream.release_id = r.release_id)
          or (c.rule = 'statement' and c.group_id is not distinct from r.group_id)))`;
  return releasesById(
    hub,
    found.map(({ releaseId }) => releaseId),
  );
}

/** Whose ledger it is, and whether they are named there. @throws Rejection `person.unknown` */
export async function creditedPerson(
  { sql }: Pick<Hub, 'sql'>,
  personId: string,
): Promise<PersonRef & { named: boolean }> {
  const [row] = await sql<(PersonRef & { named: boolean })[]>`
    select v.person_id as "personId", ${creditedName(sql)} as "displayName", coalesce(p.credit_named, false) as named
    from view_person v left join profile p on p.person_id = v.person_id where v.person_id = ${personId}`;
  if (!row) throw new Rejection('person.unknown', { personId });
  return row;
}
