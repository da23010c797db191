import { Language, type SourceSummary, UseRights } from '@tsudoi/schema';
import type postgres from 'postgres';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import { Iso, Person } from './columns.ts';

export const SourceStates = z.enum([
  'under-review',
  'changes-wanted',
  'accepted',
  'ingested',
  'in-corpus',
  'rejected',
  'withdrawn',
]);

const Row = z.object({
  sourceId: z.string(),
  titleJa: z.string(),
  titleEn: z.string(),
  licence: z.string(),
  rights: UseRights,
  state: SourceStates,
  proposer: Person,
  accepts: z.number(),
  quorum: z.number(),
  languages: z.array(Language),
  documents: z.number().nullable(),
  bytes: z.number().nullable(),
  proposedAt: Iso,
});

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Summaries of the sources `s` that satisfy a condition, newest first. */
export async function sourceSummaries(
  sql: Queryable,
  condition: Fragment,
  limit = 500,
): Promise<SourceSummary[]> {
  const rows = await sql`
    select s.source_id as "sourceId", s.title_ja as "titleJa", s.title_en as "titleEn", s.licence, s.rights, s.state,
           jsonb_build_object('personId', s.proposer_id, 'displayName', coalesce(p.display_name, '')) as proposer,
           s.accepts, s.quorum, s.languages, s.documents, s.bytes, s.proposed_at as "proposedAt"
    from view_source s left join profile p on p.person_id = s.proposer_id
    where ${condition} order by s.proposed_at desc, s.source_id desc limit ${limit}`;
  return z.array(Row).parse(rows);
}
