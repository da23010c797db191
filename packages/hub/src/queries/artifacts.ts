import {
  type ArtifactDetail,
  ArtifactId,
  type ArtifactKind,
  type ArtifactSummary,
  type CountedPage,
  Manifest,
  Rejection,
} from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import { artifactSummaries } from './artifact-summaries.ts';
import { jobSummaries } from './job-summaries.ts';
import { containing, type PageRequest, pageOf, readCursor } from './keyset.ts';

/** Artifacts, newest first, one page at a time. `text` is looked for in the titles, and as the beginning of an id. */
export async function artifactPage(
  { sql }: Pick<Hub, 'sql'>,
  { kind, text, after, limit = 50 }: PageRequest & { kind?: ArtifactKind; text?: string } = {},
): Promise<CountedPage<ArtifactSummary>> {
  const cursor = readCursor(after, ArtifactId);
  const pattern = containing(text);
  const found = pattern
    ? sql`(a.title ilike ${pattern} or starts_with(a.artifact_id, ${text!.trim()}))`
    : sql`true`;
  const rows = await artifactSummaries(
    sql,
    sql`${found} and ${kind ? sql`a.kind = ${kind}` : sql`true`} and
      ${cursor ? sql`(a.registered_at, a.artifact_id) < (${cursor.at}, ${cursor.id})` : sql`true`}`,
    limit + 1,
  );
  const counts = await sql<{ kind: string; count: number }[]>`
    select kind, count(*)::int as count from view_artifact a where ${found} group by kind`;
  return {
    ...pageOf(rows, limit, ({ registeredAt, artifactId }) => [registeredAt, artifactId]),
    counts: Object.fromEntries(counts.map(({ kind, count }) => [kind, count])),
  };
}

/** @throws Rejection `artifact.unknown` */
export async function artifactDetail(hub: Hub, artifactId: string): Promise<ArtifactDetail> {
  const { sql } = hub;
  const [summary] = await artifactSummaries(sql, sql`a.artifact_id = ${artifactId}`);
  // The job's own row is a projection apart and may come a moment later.
  const [producer] = summary ? await jobSummaries(sql, sql`j.job_id = ${summary.jobId}`) : [];
  if (!summary || !producer) throw new Rejection('artifact.unknown', { artifactId });
  const [row] = await sql<{ manifest: unknown }[]>`
    select manifest from view_artifact where artifact_id = ${artifactId}`;
  const usedBy = await artifactSummaries(
    sql,
    sql`a.artifact_id in (select to_id from view_lineage where from_id = ${artifactId})`,
  );
  return {
    ...summary,
    manifest: Manifest.parse(row.manifest),
    producer,
    usedBy,
    evaluations: usedBy.filter(({ kind }) => kind === 'evaluation'),
  };
}
