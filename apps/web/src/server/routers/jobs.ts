import { jobBoard, jobDetail, jobKinds, jobPage, PageInput } from '@tsudoi/hub';
import { JobId } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const JobState = z.enum([
  'awaiting-start',
  'queued',
  'leased',
  'awaiting-end',
  'done',
  'failed',
  'cancelled',
]);

export const jobsRouter = router({
  list: procedure('public.read')
    .input(PageInput.extend({ state: JobState.optional() }).prefault({}))
    .query(({ input }) => jobPage(hub(), input)),
  board: procedure('public.read')
    .input(z.strictObject({ newest: z.int().min(1).max(50).default(12) }).prefault({}))
    .query(({ input }) => jobBoard(hub(), input.newest)),
  kinds: procedure('public.read')
    .input(z.strictObject({ jobIds: z.array(JobId).max(200) }))
    .query(({ input }) => jobKinds(hub(), input.jobIds)),
  detail: procedure('public.read')
    .input(z.strictObject({ jobId: JobId }))
    .query(({ input }) => jobDetail(hub(), input.jobId)),
  approveStart: commandProcedure('job.approveStart'),
  refuseStart: commandProcedure('job.refuseStart'),
  approveEnd: commandProcedure('job.approveEnd'),
  sendBack: commandProcedure('job.sendBack'),
  cancel: commandProcedure('job.cancel'),
  retry: commandProcedure('job.retry'),
});
