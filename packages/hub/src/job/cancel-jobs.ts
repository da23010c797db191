import { appendTo, load } from '../command/aggregate.ts';
import type { CommandContext } from '../command/handler.ts';
import type { StreamAppend } from '../log/append.ts';
import * as decide from './decide.ts';
import { job } from './job.ts';

/** Cancels every job of a run that is not over yet. */
export async function cancelJobsOf(
  context: CommandContext,
  runId: string,
  personId: string,
  reason: string,
): Promise<StreamAppend[]> {
  const rows = await context.tx<{ jobId: string }[]>`
    select job_id as "jobId" from job_queue
    where run_id = ${runId} and state not in ('done', 'failed', 'cancelled') order by job_id for update`;
  const appends: StreamAppend[] = [];
  for (const { jobId } of rows) {
    const target = await load(context, job, jobId);
    appends.push(appendTo(job, jobId, target, decide.cancel(target.state, personId, { jobId, reason })));
  }
  return appends;
}
