import { activity, hubStatus, operationsReport, recentTraces, traceSpans } from '@tsudoi/hub';
import { z } from 'zod';
import { serverEnv } from '../env.ts';
import { get, inside } from '../http/route.ts';
import { hub } from '../hub.ts';
import { publishedLog } from '../published-log.ts';
import { procedure, router } from '../trpc.ts';

export const hubRouter = router({
  status: procedure('public.read', get('/status', 'ハブの現在の様子', 'The state of the hub')).query(() =>
    hubStatus(hub()),
  ),
  activity: procedure('public.read', get('/activity', 'できごとの一覧', 'What happened, newest first'))
    .input(
      z.strictObject({
        before: z.int().min(1).optional(),
        limit: z.int().min(1).max(200).default(30),
        streamId: z.string().max(80).optional(),
      }),
    )
    .query(({ input }) => activity(hub(), input)),
  trace: procedure('public.read', get('/traces/{traceId}', '一つの追跡', 'The spans of one trace'))
    .input(z.strictObject({ traceId: z.string().regex(/^[0-9a-f]{32}$/) }))
    .query(({ input }) => traceSpans(hub(), input.traceId)),
  traces: procedure('public.read', get('/traces', '最近の追跡', 'Recent traces')).query(() =>
    recentTraces(hub()),
  ),
  operations: procedure(
    'hub.operate',
    inside('運用の状態: 遅れ、停止、容量、バックアップ', 'How the hub is: lag, stops, disks, backups'),
  ).query(async () => {
    const { OBJECT_STORE, OBJECT_DIR } = serverEnv();
    const folders =
      OBJECT_STORE === 'filesystem' && OBJECT_DIR ? [{ name: 'objects' as const, path: OBJECT_DIR }] : [];
    return operationsReport(hub(), { published: await publishedLog(), folders });
  }),
});
