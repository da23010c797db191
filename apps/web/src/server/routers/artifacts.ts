import { artifactDetail, artifactList, lineage } from '@tsudoi/hub';
import { ArtifactId, ArtifactKind } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { grantArtifactDownload } from '../objects/artifact-download.ts';
import { evaluationSamples } from '../objects/evaluation-samples.ts';
import { procedure, router } from '../trpc.ts';

const byId = z.strictObject({ artifactId: ArtifactId });

export const artifactsRouter = router({
  list: procedure('public.read')
    .input(z.strictObject({ kind: ArtifactKind.optional() }).default({}))
    .query(({ input }) => artifactList(hub(), input)),
  detail: procedure('public.read')
    .input(byId)
    .query(({ input }) => artifactDetail(hub(), input.artifactId)),
  lineage: procedure('public.read')
    .input(byId)
    .query(({ input }) => lineage(hub(), input.artifactId)),
  /** What a model wrote when it was evaluated; `artifactId` is the evaluation's. */
  samples: procedure('public.read')
    .input(byId)
    .query(async ({ input }) => evaluationSamples((await artifactDetail(hub(), input.artifactId)).manifest)),
  /** A short-lived address of one file. The licence gate is here, not in the page. */
  grantDownload: procedure('artifact.download')
    .input(byId.extend({ path: z.string().max(200) }))
    .mutation(({ input }) => grantArtifactDownload(input.artifactId, input.path)),
});
