import { jobDetail, jobList } from '@tsudoi/hub';
import { JobId } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const JobState = z.enum(['awaiting-start', 'queued', 'leased', 'done', 'failed']);

export const jobsRouter = router({
  list: procedure('public.read')
    .input(z.strictObject({ state: JobState.optional() }).default({}))
    .query(({ input }) => jobList(hub(), input)),
  detail: procedure('public.read')
    .input(z.strictObject({ jobId: JobId }))
    .query(({ input }) => jobDetail(hub(), input.jobId)),
  approveStart: commandProcedure('job.approveStart'),
});
