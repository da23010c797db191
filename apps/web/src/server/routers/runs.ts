import { runDetail, runList, runMetrics } from '@tsudoi/hub';
import { RunId } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const runsRouter = router({
  list: procedure('public.read').query(() => runList(hub())),
  detail: procedure('public.read')
    .input(z.strictObject({ runId: RunId }))
    .query(({ input }) => runDetail(hub(), input.runId)),
  metrics: procedure('public.read')
    .input(z.strictObject({ runId: RunId, maxPoints: z.int().min(10).max(5000).default(1000) }))
    .query(({ input }) => runMetrics(hub(), input.runId, input.maxPoints)),
  register: commandProcedure('run.register'),
  abandon: commandProcedure('run.abandon'),
  writePostMortem: commandProcedure('run.writePostMortem'),
});
