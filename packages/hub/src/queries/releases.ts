import {
  Manifest,
  type Page,
  Rejection,
  ReleaseCheck,
  type ReleaseDetail,
  type ReleaseSummary,
  SafetyEvidence,
  SafetyVerdict,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { creditLines } from '../release/credits.ts';
import { lineageJobs } from '../release/lineage-jobs.ts';
import { creditedName, Iso, Person } from './columns.ts';
import { type PageRequest, pageOf, readCursor } from './keyset.ts';

const Row = z.object({
  releaseId: z.string(),
  groupId: z.string().nullable(),
  slug: z.string(),
  version: z.string(),
  state: z.enum(['draft', 'checked', 'approved', 'released', 'withdrawn']),
  artifactId: z.string(),
  author: Person,
  approvals: z.number(),
  approvalsNeeded: z.number(),
  draftedAt: Iso,
  releasedAt: Iso.nullable(),
});

/** Releases, newest first. */
export async function releaseList(
  hub: Pick<Hub, 'sql'>,
  { after, limit = 50, artifactId }: PageRequest & { artifactId?: string } = {},
): Promise<Page<ReleaseSummary>> {
  const rows = await releaseRows(hub, { cursor: readCursor(after), limit: limit + 1, artifactId });
  return pageOf(rows, limit, ({ draftedAt, releaseId }) => [draftedAt, releaseId]);
}

/** These releases, newest first; unknown ones are left out. */
export function releasesById(hub: Pick<Hub, 'sql'>, releaseIds: string[]): Promise<ReleaseSummary[]> {
  return releaseRows(hub, { limit: Math.max(1, releaseIds.length), releaseIds });
}

async function releaseRows(
  { sql }: Pick<Hub, 'sql'>,
  ask: {
    cursor?: { at: Date; id: string } | null;
    limit: number;
    artifactId?: string;
    releaseIds?: string[];
  },
): Promise<ReleaseSummary[]> {
  const { cursor, limit, artifactId, releaseIds } = ask;
  const rows = await sql`
    select r.release_id as "releaseId", r.group_id as "groupId", r.slug, r.version, r.state,
           r.artifact_id as "artifactId", cardinality(r.approved_by) as approvals,
           r.approvals_needed as "approvalsNeeded", r.drafted_at as "draftedAt", r.released_at as "releasedAt",
           jsonb_build_object('personId', r.author_id, 'displayName', coalesce(p.display_name, '')) as author
    from view_release r left join profile p on p.person_id = r.author_id
    where ${releaseIds ? sql`r.release_id = any(${releaseIds}::uuid[])` : sql`true`}
      and ${artifactId ? sql`r.artifact_id = ${artifactId}` : sql`true`}
      and ${cursor ? sql`(r.drafted_at, r.release_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}
    order by r.drafted_at desc, r.release_id desc limit ${limit}`;
  return z.array(Row).parse([...rows]);
}

const DetailRow = z.object({
  notesJa: z.string(),
  notesEn: z.string(),
  checks: z.array(ReleaseCheck),
  safety: z
    .object({
      assessorId: z.string(),
      verdict: SafetyVerdict,
      statement: z.string(),
      evidence: SafetyEvidence,
    })
    .nullable(),
  approvedBy: z.array(Person),
  creditsHash: z.string().nullable(),
  withdrawnBecause: z.string().nullable(),
  manifest: Manifest,
});

/** @throws Rejection `release.unknown` */
export async function releaseDetail(hub: Pick<Hub, 'sql'>, releaseId: string): Promise<ReleaseDetail> {
  const { sql } = hub;
  const [summary] = await releasesById(hub, [releaseId]);
  const [row] = await sql`
    select r.notes_ja as "notesJa", r.notes_en as "notesEn", r.checks, r.safety, r.credits_hash as "creditsHash",
           r.withdrawn_because as "withdrawnBecause", a.manifest,
           coalesce((select jsonb_agg(jsonb_build_object('personId', id, 'displayName', coalesce(p.display_name, ''))
                                      order by place)
             from unnest(r.approved_by) with ordinality as approver (id, place)
             left join profile p on p.person_id = id), '[]') as "approvedBy"
    from view_release r join view_artifact a on a.artifact_id = r.artifact_id where r.release_id = ${releaseId}`;
  if (!summary || !row) throw new Rejection('release.unknown', { releaseId });
  const { manifest, ...detail } = DetailRow.parse(row);
  return { ...summary, ...detail, credits: await creditsOf(hub, summary, manifest) };
}

async function creditsOf(
  { sql }: Pick<Hub, 'sql'>,
  { releaseId, groupId, artifactId }: ReleaseSummary,
  manifest: Manifest,
): Promise<ReleaseDetail['credits']> {
  const jobIds = await lineageJobs(sql, artifactId);
  const lines = await creditLines(sql, { releaseId, groupId, jobIds, manifest });
  const names = await sql<{ personId: string; displayName: string }[]>`
    select p.person_id as "personId", ${creditedName(sql)} as "displayName" from profile p
    where p.person_id = any(${lines.map(({ personId }) => personId)}::uuid[])`;
  const byId = new Map(names.map(({ personId, displayName }) => [personId, displayName]));
  return lines.map(({ personId, rules, statements }) => ({
    person: { personId, displayName: byId.get(personId) ?? '' },
    rules,
    statements,
  }));
}

/** CREDITS as a text file: one person a line, by id, so that it stays true when a name changes or is erased. */
export function creditsText(credits: ReleaseDetail['credits']): string {
  const line = ({ person, rules, statements }: ReleaseDetail['credits'][number]) => {
    const counted = Object.entries(rules).map(([rule, entries]) => `${rule} ${entries}`);
    return [person.personId, counted.join(', '), ...statements].join('\t');
  };
  return `${credits.map(line).join('\n')}\n`;
}
