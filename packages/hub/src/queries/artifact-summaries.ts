import { type ArtifactSummary, UseRights } from '@tsudoi/schema';
import type postgres from 'postgres';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import { Iso } from './columns.ts';

const Row = z.object({
  artifactId: z.string(),
  kind: z.string(),
  title: z.string(),
  bytes: z.number(),
  files: z.number(),
  runId: z.string().nullable(),
  jobId: z.string(),
  registeredAt: Iso,
  rights: UseRights,
  withdrawn: z.boolean(),
});

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Summaries of the artifacts `a` that satisfy a condition, newest first. */
export async function artifactSummaries(
  sql: Queryable,
  condition: Fragment,
  limit = 500,
): Promise<ArtifactSummary[]> {
  const rows = await sql`
    select a.artifact_id as "artifactId", a.kind, a.title, a.bytes, a.files, a.run_id as "runId", a.job_id as "jobId",
           a.registered_at as "registeredAt", a.rights,
           exists (
             select from view_source s where s.source_id = any(a.source_ids) and s.state = 'withdrawn'
           ) as withdrawn
    from view_artifact a where ${condition} order by a.registered_at desc, a.artifact_id desc limit ${limit}`;
  return z.array(Row).parse(rows);
}
