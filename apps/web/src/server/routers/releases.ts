import { creditsText, PageInput, releaseDetail, releaseList } from '@tsudoi/hub';
import { ArtifactId, ReleaseId } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const byId = z.strictObject({ releaseId: ReleaseId });

export const releasesRouter = router({
  list: procedure('public.read')
    .input(PageInput.extend({ artifactId: ArtifactId.optional() }).prefault({}))
    .query(({ input }) => releaseList(hub(), input)),
  detail: procedure('public.read')
    .input(byId)
    .query(({ input }) => releaseDetail(hub(), input.releaseId)),
  /** The file CREDITS, which names people by id only. */
  creditsFile: procedure('public.read')
    .input(byId)
    .query(async ({ input }) => creditsText((await releaseDetail(hub(), input.releaseId)).credits)),
  draft: commandProcedure('release.draft'),
  assessSafety: commandProcedure('release.assessSafety'),
  check: commandProcedure('release.check'),
  approve: commandProcedure('release.approve'),
  publish: commandProcedure('release.publish'),
  withdraw: commandProcedure('release.withdraw'),
});
