import {
  type JobDetail,
  JobKind,
  type JobState,
  type JobSummary,
  type Page,
  Recipe,
  Rejection,
  RejectionValue,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { activity } from './activity.ts';
import { artifactSummaries } from './artifact-summaries.ts';
import { Iso } from './columns.ts';
import { jobSummaries } from './job-summaries.ts';
import { type PageRequest, pageOf, readCursor } from './keyset.ts';

/** Jobs, newest first, one page at a time. */
export async function jobPage(
  { sql }: Pick<Hub, 'sql'>,
  { state, after, limit = 50 }: PageRequest & { state?: JobState } = {},
): Promise<Page<JobSummary>> {
  const cursor = readCursor(after);
  const rows = await jobSummaries(
    sql,
    sql`${state ? sql`j.state = ${state}` : sql`true`} and
      ${cursor ? sql`(j.drafted_at, j.job_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}`,
    limit + 1,
  );
  return pageOf(rows, limit, ({ draftedAt, jobId }) => [draftedAt, jobId]);
}

/** The board: how many jobs are in each state, and the newest of each. However many there are, few are read. */
export async function jobBoard(
  { sql }: Pick<Hub, 'sql'>,
  newest: number,
): Promise<{ state: JobState; count: number; jobs: JobSummary[] }[]> {
  const counts = await sql<{ state: JobState; count: number }[]>`
    select state, count(*)::int as count from view_job group by state`;
  return Promise.all(
    counts.map(async ({ state, count }) => ({
      state,
      count,
      jobs: await jobSummaries(sql, sql`j.state = ${state}`, newest),
    })),
  );
}

/** What kind each of these jobs is; those that are unknown yet are left out. */
export async function jobKinds(
  { sql }: Pick<Hub, 'sql'>,
  jobIds: string[],
): Promise<{ jobId: string; kind: JobKind }[]> {
  const rows = await sql`
    select job_id as "jobId", kind from view_job where job_id = any(${jobIds}::uuid[])`;
  return z.array(z.object({ jobId: z.string(), kind: JobKind })).parse([...rows]);
}

const DetailRow = z.object({
  recipe: Recipe,
  inputIds: z.array(z.string()),
  outputIds: z.array(z.string()),
  failure: RejectionValue.nullable(),
  traceId: z.string().nullable(),
  expiresAt: Iso.nullable(),
});
const LeaseRow = z.object({
  epoch: z.number(),
  node: z.string(),
  leasedAt: Iso,
  endedAt: Iso.nullable(),
  outcome: z.enum(['running', 'completed', 'failed', 'expired']),
});
const CheckpointRow = z.object({ step: z.number(), epoch: z.number(), size: z.number(), at: Iso });

/** @throws Rejection `job.unknown` */
export async function jobDetail(hub: Hub, jobId: string): Promise<JobDetail> {
  const { sql } = hub;
  const [summary] = await jobSummaries(sql, sql`j.job_id = ${jobId}`);
  if (!summary) throw new Rejection('job.unknown', { jobId });
  const [row] = await sql`
    select j.recipe, j.inputs as "inputIds", j.outputs as "outputIds", j.failure, j.trace_id as "traceId",
           live.expires_at as "expiresAt"
    from view_job j
    left join job_queue live on live.job_id = j.job_id and live.epoch = j.epoch and live.state = 'leased'
    where j.job_id = ${jobId}`;
  const { inputIds, outputIds, ...detail } = DetailRow.parse(row);
  const leases = await sql`
    select epoch, node, leased_at as "leasedAt", ended_at as "endedAt", outcome
    from view_job_lease where job_id = ${jobId} order by epoch`;
  const checkpoints = await sql`
    select step, epoch, size, at from view_job_checkpoint where job_id = ${jobId} order by version`;
  return {
    ...summary,
    ...detail,
    inputs: await artifactSummaries(sql, sql`a.artifact_id = any(${inputIds})`),
    outputs: await artifactSummaries(sql, sql`a.artifact_id = any(${outputIds})`),
    leases: z.array(LeaseRow).parse(leases),
    checkpoints: z.array(CheckpointRow).parse(checkpoints),
    history: await activity(hub, { streamId: jobId, limit: 200 }),
  };
}
