import { PageInput, runDetail, runMetrics, runPage, SearchText } from '@tsudoi/hub';
import { RunId } from '@tsudoi/schema';
import { z } from 'zod';
import { checkCorpus } from '../corpora/check-corpus.ts';
import { get, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const RunState = z.enum(['registered', 'running', 'completed', 'failed', 'abandoned']);

export const runsRouter = router({
  list: procedure('public.read', get('/runs', '実行の一覧', 'Runs, newest first'))
    .input(
      PageInput.extend({
        state: RunState.optional(),
        text: SearchText.optional(),
        runIds: z.array(RunId).max(200).optional(),
      }).prefault({}),
    )
    .query(({ input }) => runPage(hub(), input)),
  detail: procedure('public.read', get('/runs/{runId}', '実行一件とそのカード', 'One run with its card'))
    .input(z.strictObject({ runId: RunId }))
    .query(({ input }) => runDetail(hub(), input.runId)),
  metrics: procedure('public.read', get('/runs/{runId}/metrics', '実行の測定値', 'Metrics of a run'))
    .input(z.strictObject({ runId: RunId, maxPoints: z.int().min(10).max(5000).default(1000) }))
    .query(({ input }) => runMetrics(hub(), input.runId, input.maxPoints)),
  register: commandProcedure(
    'run.register',
    post('/runs', 'カードを登録する', 'Register the card of a run'),
    ({ card }) => checkCorpus(card.corpus),
  ),
  abandon: commandProcedure(
    'run.abandon',
    post('/runs/{runId}/abandonment', '実行を中止する', 'Abandon a run'),
  ),
  writePostMortem: commandProcedure(
    'run.writePostMortem',
    post('/runs/{runId}/post-mortem', '失敗した実行の振り返りを書く', 'Write the post-mortem of a run'),
  ),
});
