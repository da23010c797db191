import {
  type ArtifactDetail,
  type ArtifactKind,
  type ArtifactSummary,
  Manifest,
  Rejection,
} from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import { artifactSummaries } from './artifact-summaries.ts';
import { jobSummaries } from './job-summaries.ts';

export function artifactList(hub: Hub, { kind }: { kind?: ArtifactKind } = {}): Promise<ArtifactSummary[]> {
  return artifactSummaries(hub.sql, kind ? hub.sql`a.kind = ${kind}` : hub.sql`true`);
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
