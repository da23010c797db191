import {
  type JobDetail,
  type JobState,
  type JobSummary,
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

export function jobList(hub: Hub, { state }: { state?: JobState } = {}): Promise<JobSummary[]> {
  return jobSummaries(hub.sql, state ? hub.sql`j.state = ${state}` : hub.sql`true`);
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
