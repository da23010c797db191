import {
  type CountedPage,
  LicenceReason,
  LicenceVerdict,
  Rejection,
  ReviewVerdict,
  type SourceDetail,
  SourcePart,
  type SourceState,
  type SourceSummary,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { activity } from './activity.ts';
import { artifactSummaries } from './artifact-summaries.ts';
import { Iso, Person } from './columns.ts';
import { jobSummaries } from './job-summaries.ts';
import { containing, type PageRequest, pageOf, readCursor } from './keyset.ts';
import { sourceSummaries } from './source-summaries.ts';

/** Sources, newest first, one page at a time. `text` is looked for in the titles and the licence. */
export async function sourcePage(
  { sql }: Pick<Hub, 'sql'>,
  { state, text, after, limit = 50 }: PageRequest & { state?: SourceState; text?: string } = {},
): Promise<CountedPage<SourceSummary>> {
  const cursor = readCursor(after);
  const pattern = containing(text);
  const found = pattern
    ? sql`(s.title_ja ilike ${pattern} or s.title_en ilike ${pattern} or s.licence ilike ${pattern})`
    : sql`true`;
  const rows = await sourceSummaries(
    sql,
    sql`${found} and ${state ? sql`s.state = ${state}` : sql`true`} and
      ${cursor ? sql`(s.proposed_at, s.source_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}`,
    limit + 1,
  );
  const counts = await sql<{ state: string; count: number }[]>`
    select state, count(*)::int as count from view_source s where ${found} group by state`;
  return {
    ...pageOf(rows, limit, ({ proposedAt, sourceId }) => [proposedAt, sourceId]),
    counts: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
  };
}

/** What some sources are called; those that are unknown are left out. */
export async function sourceTitles(
  { sql }: Pick<Hub, 'sql'>,
  sourceIds: string[],
): Promise<{ sourceId: string; titleJa: string; titleEn: string }[]> {
  const rows = await sql`
    select source_id as "sourceId", title_ja as "titleJa", title_en as "titleEn"
    from view_source where source_id = any(${sourceIds}::uuid[])`;
  return z.array(TitleRow).parse([...rows]);
}

const TitleRow = z.object({ sourceId: z.string(), titleJa: z.string(), titleEn: z.string() });

const DetailRow = z.object({
  description: z.string(),
  evidenceUrl: z.string(),
  parts: z.array(SourcePart),
  verdict: LicenceVerdict,
  refusedBy: LicenceReason.nullable(),
  groupId: z.string().nullable(),
  round: z.number(),
});
const ReviewRow = z.object({
  reviewer: Person,
  verdict: ReviewVerdict,
  comment: z.string(),
  at: Iso,
  round: z.number(),
});
const EvidenceRow = z.object({
  person: Person,
  url: z.string(),
  note: z.string(),
  sha256: z.string().nullable(),
  at: Iso,
});

/** @throws Rejection `source.unknown` */
export async function sourceDetail(hub: Hub, sourceId: string): Promise<SourceDetail> {
  const { sql } = hub;
  const [summary] = await sourceSummaries(sql, sql`s.source_id = ${sourceId}`);
  if (!summary) throw new Rejection('source.unknown', { sourceId });
  const [detail] = await sql`
    select description, evidence_url as "evidenceUrl", parts, verdict, refused_by as "refusedBy",
           group_id as "groupId", round
    from view_source where source_id = ${sourceId}`;
  const reviews = await sql`
    select jsonb_build_object('personId', r.reviewer_id, 'displayName', coalesce(p.display_name, '')) as reviewer,
           r.verdict, r.comment, r.at, r.round
    from view_source_review r left join profile p on p.person_id = r.reviewer_id
    where r.source_id = ${sourceId} order by r.version`;
  const evidence = await sql`
    select jsonb_build_object('personId', e.person_id, 'displayName', coalesce(p.display_name, '')) as person,
           e.url, e.note, e.sha256, e.at
    from view_source_evidence e left join profile p on p.person_id = e.person_id
    where e.source_id = ${sourceId} order by e.version`;
  return {
    ...summary,
    ...DetailRow.parse(detail),
    reviews: z.array(ReviewRow).parse(reviews),
    evidence: z.array(EvidenceRow).parse([...evidence]),
    artifacts: await artifactSummaries(sql, sql`a.source_ids @> array[${sourceId}::uuid]`),
    jobs: await jobSummaries(sql, sql`j.source_ids @> array[${sourceId}::uuid]`),
    history: await activity(hub, { streamId: sourceId, limit: 200 }),
  };
}
