import { heartbeat, logMetrics } from '@tsudoi/hub';
import {
  ConfirmUploadInput,
  GrantDownloadInput,
  GrantUploadInput,
  HeartbeatInput,
  LogMetricsInput,
  metricsSubject,
  Rejection,
} from '@tsudoi/schema';
import type { Context } from '../context.ts';
import { post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { natsConnection } from '../nats.ts';
import { confirmJobUpload, grantJobDownload, grantJobUpload } from '../objects/job-objects.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

function nodeOf(ctx: Context) {
  if (!ctx.actor) throw new Rejection('auth.sign-in-needed');
  return ctx.actor;
}

/** What a donor's worker asks of the hub; every call after the claim carries the epoch of its lease. */
export const workerRouter = router({
  claim: commandProcedure('job.claim', post('/worker/claims', 'ジョブを受け持つ', 'Claim a job')),
  heartbeat: procedure(
    'node.work',
    post('/worker/heartbeats', '受け持ちを延ばし、進みを伝える', 'Keep a lease and report progress'),
  )
    .input(HeartbeatInput)
    .mutation(({ ctx, input }) => heartbeat(hub(), nodeOf(ctx), input)),
  grantUpload: procedure(
    'node.work',
    post('/worker/uploads', '成果の送り先', 'An address to put an output to'),
  )
    .input(GrantUploadInput)
    .mutation(({ ctx, input }) => grantJobUpload(nodeOf(ctx), input)),
  grantDownload: procedure(
    'node.work',
    post('/worker/downloads', '入力の取り先', 'An address to get an input from'),
  )
    .input(GrantDownloadInput)
    .mutation(({ ctx, input }) => grantJobDownload(nodeOf(ctx), input)),
  /** After an upload: the hub has these bytes and they hash to what was announced. */
  confirmUpload: procedure(
    'node.work',
    post('/worker/upload-confirmations', '送った成果を確かめる', 'Confirm the upload of an output'),
  )
    .input(ConfirmUploadInput)
    .mutation(({ ctx, input }) => confirmJobUpload(nodeOf(ctx), input)),
  logMetrics: procedure('node.work', post('/worker/metrics', '測定値を送る', 'Log metric points of a run'))
    .input(LogMetricsInput)
    .mutation(async ({ ctx, input }) => {
      await logMetrics(hub(), nodeOf(ctx), input);
      // For pages that are open now; the table is what counts, so a lost message costs nothing.
      const batch = JSON.stringify({ runId: input.runId, points: input.points });
      void natsConnection()
        .then((nats) => nats.publish(metricsSubject(input.runId), batch))
        .catch(() => undefined);
      return { accepted: input.points.length };
    }),
  checkpoint: commandProcedure(
    'job.checkpoint',
    post('/worker/checkpoints', 'チェックポイントを登録する', 'Register a checkpoint'),
  ),
  complete: commandProcedure(
    'job.complete',
    post('/worker/results', 'ジョブの結果を渡す', 'Hand in the result of a job'),
  ),
  fail: commandProcedure(
    'job.fail',
    post('/worker/failures', 'ジョブの失敗を伝える', 'Report that a job failed'),
  ),
  startRun: commandProcedure(
    'run.start',
    post('/worker/run-starts', '登録した設定で実行を始める', 'Start a run with the settings of its card'),
  ),
});
