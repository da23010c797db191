import { jobBoard, jobDetail, jobKinds, jobPage, PageInput } from '@tsudoi/hub';
import { JobId } from '@tsudoi/schema';
import { z } from 'zod';
import { get, inside, post } from '../http/route.ts';
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
  list: procedure('public.read', get('/jobs', 'ジョブの一覧', 'Jobs, newest first'))
    .input(PageInput.extend({ state: JobState.optional() }).prefault({}))
    .query(({ input }) => jobPage(hub(), input)),
  board: procedure('public.read', get('/job-board', '状態ごとのジョブ', 'Jobs by state'))
    .input(z.strictObject({ newest: z.int().min(1).max(50).default(12) }).prefault({}))
    .query(({ input }) => jobBoard(hub(), input.newest)),
  kinds: procedure('public.read', get('/job-kinds', 'ジョブの種類', 'The kinds of some jobs'))
    .input(z.strictObject({ jobIds: z.array(JobId).max(200) }))
    .query(({ input }) => jobKinds(hub(), input.jobIds)),
  detail: procedure('public.read', get('/jobs/{jobId}', 'ジョブ一件', 'One job with its leases'))
    .input(z.strictObject({ jobId: JobId }))
    .query(({ input }) => jobDetail(hub(), input.jobId)),
  approveStart: commandProcedure(
    'job.approveStart',
    inside('ジョブの開始を認める', 'Approve the start of a job'),
  ),
  refuseStart: commandProcedure(
    'job.refuseStart',
    inside('ジョブの開始を認めない', 'Refuse the start of a job'),
  ),
  approveEnd: commandProcedure(
    'job.approveEnd',
    inside('ジョブの結果を認める', 'Approve the result of a job'),
  ),
  sendBack: commandProcedure(
    'job.sendBack',
    inside('ジョブの結果を差し戻す', 'Send the result of a job back'),
  ),
  cancel: commandProcedure(
    'job.cancel',
    post('/jobs/{jobId}/cancellation', 'ジョブを取り消す', 'Cancel a job'),
  ),
  retry: commandProcedure(
    'job.retry',
    post('/jobs/{jobId}/retries', '失敗したジョブをやり直す', 'Try a job again'),
  ),
});
