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
  claim: commandProcedure('job.claim'),
  heartbeat: procedure('node.work')
    .input(HeartbeatInput)
    .mutation(({ ctx, input }) => heartbeat(hub(), nodeOf(ctx), input)),
  grantUpload: procedure('node.work')
    .input(GrantUploadInput)
    .mutation(({ ctx, input }) => grantJobUpload(nodeOf(ctx), input)),
  grantDownload: procedure('node.work')
    .input(GrantDownloadInput)
    .mutation(({ ctx, input }) => grantJobDownload(nodeOf(ctx), input)),
  /** After an upload: the hub has these bytes and they hash to what was announced. */
  confirmUpload: procedure('node.work')
    .input(ConfirmUploadInput)
    .mutation(({ ctx, input }) => confirmJobUpload(nodeOf(ctx), input)),
  logMetrics: procedure('node.work')
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
  checkpoint: commandProcedure('job.checkpoint'),
  complete: commandProcedure('job.complete'),
  fail: commandProcedure('job.fail'),
  startRun: commandProcedure('run.start'),
});
