import { artifactDetail, artifactPage, lineage, PageInput, SearchText } from '@tsudoi/hub';
import { ArtifactId, ArtifactKind } from '@tsudoi/schema';
import { z } from 'zod';
import { get, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { grantArtifactDownload } from '../objects/artifact-download.ts';
import { evaluationSamples } from '../objects/evaluation-samples.ts';
import { procedure, router } from '../trpc.ts';

const byId = z.strictObject({ artifactId: ArtifactId });

export const artifactsRouter = router({
  list: procedure('public.read', get('/artifacts', '成果物の一覧', 'Artifacts, newest first'))
    .input(PageInput.extend({ kind: ArtifactKind.optional(), text: SearchText.optional() }).prefault({}))
    .query(({ input }) => artifactPage(hub(), input)),
  detail: procedure(
    'public.read',
    get(
      '/artifacts/{artifactId}',
      '成果物一件とライセンス判定',
      'One artifact with manifest and licence verdict',
    ),
  )
    .input(byId)
    .query(({ input }) => artifactDetail(hub(), input.artifactId)),
  lineage: procedure(
    'public.read',
    get('/artifacts/{artifactId}/lineage', '成果物の系譜', 'What an artifact was made from'),
  )
    .input(byId)
    .query(({ input }) => lineage(hub(), input.artifactId)),
  /** What a model wrote when it was evaluated; `artifactId` is the evaluation's. */
  samples: procedure(
    'public.read',
    get(
      '/artifacts/{artifactId}/samples',
      '評価でモデルが書いた文',
      'What a model wrote when it was evaluated',
    ),
  )
    .input(byId)
    .query(async ({ input }) => evaluationSamples((await artifactDetail(hub(), input.artifactId)).manifest)),
  /** A short-lived address of one file. The licence gate is here, not in the page. */
  grantDownload: procedure(
    'artifact.download',
    post(
      '/artifacts/{artifactId}/downloads',
      'ファイルの短時間有効なアドレス',
      'A short-lived address of one file',
    ),
  )
    .input(byId.extend({ path: z.string().max(200) }))
    .mutation(({ input }) => grantArtifactDownload(input.artifactId, input.path)),
});
