import { ArtifactId, Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { corpusOverview } from '../corpora/overview.ts';
import { previewRule } from '../corpora/preview.ts';
import { searchCorpus } from '../corpora/search.ts';
import { get, post } from '../http/route.ts';
import { processWide } from '../process-wide.ts';
import { RateLimit } from '../rate-limit.ts';
import { procedure, router } from '../trpc.ts';

/** Reading a corpus takes a core for about a second; a slider that is dragged asks a few times. */
const limit = processWide('corpus-limit', () => new RateLimit({ burst: 20, everyMs: 1500 }));

function takeTurn({ actor }: Context): void {
  if (!actor) throw new Rejection('auth.sign-in-needed');
  limit().take(actor.kind === 'system' ? actor.name : actor.personId);
}

const bound = z.number().min(-1e12).max(1e12);

export const corporaRouter = router({
  overview: procedure(
    'public.read',
    get('/corpora/{artifactId}', 'コーパスの統計と除いた文書', 'Statistics of a corpus and what was removed'),
  )
    .input(z.strictObject({ artifactId: ArtifactId }))
    .query(({ input }) => corpusOverview()(input.artifactId)),
  search: procedure(
    'artifact.download',
    get('/corpora/{artifactId}/search', 'コーパスの全文検索', 'Search over the text of a corpus'),
  )
    .input(
      z.strictObject({
        artifactId: ArtifactId,
        query: z.string().min(1).max(500),
        exact: z.boolean().default(false),
      }),
    )
    .query(({ ctx, input }) => {
      takeTurn(ctx);
      return searchCorpus(input.artifactId, input.query, input.exact);
    }),
  /** A mutation only because labels are too long for an address; it changes nothing. */
  previewFilter: procedure(
    'artifact.download',
    post(
      '/filter-previews',
      'フィルタの下見: しきい値ごとに残る文書と落ちる文書',
      'What one filter keeps and drops of a sample as its threshold moves',
    ),
  )
    .input(
      z.strictObject({
        artifactId: ArtifactId,
        preset: z.string().max(60),
        rule: z.int().min(0).max(200),
        bounds: z.strictObject({ min: bound.optional(), max: bound.optional() }).default({}),
        labels: z.string().max(1_000_000).default(''),
      }),
    )
    .mutation(({ ctx, input }) => {
      takeTurn(ctx);
      return previewRule(input);
    }),
});
