import { activity, hubStatus, recentTraces, traceSpans } from '@tsudoi/hub';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { procedure, router } from '../trpc.ts';

export const hubRouter = router({
  status: procedure('public.read').query(() => hubStatus(hub())),
  activity: procedure('public.read')
    .input(
      z.strictObject({
        before: z.int().min(1).optional(),
        limit: z.int().min(1).max(200).default(30),
        streamId: z.string().max(80).optional(),
      }),
    )
    .query(({ input }) => activity(hub(), input)),
  trace: procedure('public.read')
    .input(z.strictObject({ traceId: z.string().regex(/^[0-9a-f]{32}$/) }))
    .query(({ input }) => traceSpans(hub(), input.traceId)),
  traces: procedure('public.read').query(() => recentTraces(hub())),
});
