import { creditsText, PageInput, releaseDetail, releaseList } from '@tsudoi/hub';
import { ArtifactId, ReleaseId } from '@tsudoi/schema';
import { z } from 'zod';
import { get, inside, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const byId = z.strictObject({ releaseId: ReleaseId });

export const releasesRouter = router({
  list: procedure('public.read', get('/releases', 'リリースの一覧', 'Releases, newest first'))
    .input(PageInput.extend({ artifactId: ArtifactId.optional() }).prefault({}))
    .query(({ input }) => releaseList(hub(), input)),
  detail: procedure(
    'public.read',
    get('/releases/{releaseId}', 'リリース一件', 'One release with checks and approvals'),
  )
    .input(byId)
    .query(({ input }) => releaseDetail(hub(), input.releaseId)),
  /** The file CREDITS, which names people by id only. */
  creditsFile: procedure(
    'public.read',
    get('/releases/{releaseId}/credits', 'リリースのCREDITS', 'The file CREDITS of a release'),
  )
    .input(byId)
    .query(async ({ input }) => creditsText((await releaseDetail(hub(), input.releaseId)).credits)),
  draft: commandProcedure('release.draft', post('/releases', 'リリースを起案する', 'Draft a release')),
  assessSafety: commandProcedure(
    'release.assessSafety',
    post('/releases/{releaseId}/safety-assessments', '安全性を評価する', 'Assess the safety of a release'),
  ),
  check: commandProcedure(
    'release.check',
    post('/releases/{releaseId}/checks', 'リリースの条件を確認する', 'Check a release'),
  ),
  approve: commandProcedure('release.approve', inside('リリースを承認する', 'Approve a release')),
  publish: commandProcedure('release.publish', inside('リリースを公開する', 'Publish a release')),
  withdraw: commandProcedure('release.withdraw', inside('リリースを取り下げる', 'Withdraw a release')),
});
