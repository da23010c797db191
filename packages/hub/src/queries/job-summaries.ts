import { JobKind, type JobSummary, Needs, parseJobNote } from '@tsudoi/schema';
import type postgres from 'postgres';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import { Iso } from './columns.ts';

export const JobStates = z.enum([
  'awaiting-start',
  'queued',
  'leased',
  'awaiting-end',
  'done',
  'failed',
  'cancelled',
]);

const Row = z.object({
  jobId: z.string(),
  kind: JobKind,
  state: JobStates,
  runId: z.string().nullable(),
  groupId: z.string().nullable(),
  sourceIds: z.array(z.string()),
  epoch: z.number(),
  node: z.string().nullable(),
  progress: z.number(),
  note: z.string().transform(parseJobNote),
  draftedAt: Iso,
  startedAt: Iso.nullable(),
  finishedAt: Iso.nullable(),
  needs: Needs,
});

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Summaries of the jobs `j` that satisfy a condition, newest first, with the progress of their leases. */
export async function jobSummaries(sql: Queryable, condition: Fragment, limit = 500): Promise<JobSummary[]> {
  const rows = await sql`
    select j.job_id as "jobId", j.kind, j.state, j.run_id as "runId",
           case when j.run_id is null
             then (select s.group_id from view_source s where s.source_id = j.source_ids[1])
             else (select r.group_id from view_run r where r.run_id = j.run_id) end as "groupId",
           j.source_ids as "sourceIds", j.epoch, j.node,
           case when j.state = 'done' then 1 else coalesce(live.progress, 0) end::float8 as progress,
           coalesce(live.note, '') as note, j.drafted_at as "draftedAt", j.started_at as "startedAt",
           j.finished_at as "finishedAt", j.needs
    from view_job j
    left join job_queue live on live.job_id = j.job_id and live.epoch = j.epoch
      and live.state in ('leased', 'done')
    where ${condition} order by j.drafted_at desc, j.job_id desc limit ${limit}`;
  return z.array(Row).parse(rows);
}
