import {
  type CommandData,
  Rejection,
  type ReleaseCheck,
  type ReleaseEvent,
  translateRejection,
} from '@tsudoi/schema';
import { type CheckFacts, runChecks } from './checks.ts';
import type { ReleaseDraft, ReleaseState } from './release.ts';

export function draft(
  state: ReleaseState,
  authorId: string,
  data: CommandData<'release.draft'>,
  facts: { artifactExists: boolean; nameTaken: boolean; approvalsNeeded: number },
): ReleaseEvent[] {
  const { releaseId, artifactId, slug, version } = data;
  if (state.phase) throw new Rejection('stream.exists', { stream: `release ${releaseId}` });
  if (!facts.artifactExists) throw new Rejection('artifact.unknown', { artifactId });
  if (facts.nameTaken) throw new Rejection('release.name-taken', { slug, version });
  const { approvalsNeeded } = facts;
  return [{ type: 'ReleaseDrafted', data: { ...data, authorId, approvalsNeeded } }];
}

/** By somebody other than the author, over evidence that is about this artifact. A new assessment asks for new checks. */
export function assessSafety(
  state: ReleaseState,
  assessorId: string,
  data: CommandData<'release.assessSafety'>,
  facts: { evidenceIsRelated: boolean },
): ReleaseEvent[] {
  const { authorId } = requireOpen(state, data.releaseId);
  if (assessorId === authorId) throw new Rejection('release.own-release');
  if (!facts.evidenceIsRelated) throw new Rejection('release.evidence-unrelated');
  return [{ type: 'SafetyAssessed', data: { ...data, assessorId } }];
}

/** Writes down what passes and what does not; approvals that were given before a check fails are void. */
export function check(state: ReleaseState, releaseId: string, facts: CheckFacts): ReleaseEvent[] {
  requireOpen(state, releaseId);
  return [{ type: 'ReleaseChecked', data: { releaseId, checks: runChecks(state, facts) } }];
}

export function approve(
  state: ReleaseState,
  approverId: string,
  { releaseId }: CommandData<'release.approve'>,
): ReleaseEvent[] {
  const { authorId } = requireOpen(state, releaseId);
  if (approverId === authorId) throw new Rejection('release.own-release');
  if (state.phase === 'draft') throw new Rejection('release.not-checked', { state: state.phase });
  if (state.approvedBy.includes(approverId)) throw new Rejection('release.approved-already');
  return [{ type: 'ReleaseApproved', data: { releaseId, approverId } }];
}

/** The gate: every check is made once more at the moment of release, since a source may have been withdrawn meanwhile. */
export function publish(
  state: ReleaseState,
  personId: string,
  releaseId: string,
  facts: CheckFacts & { creditedPeople: number; creditsHash: string },
): ReleaseEvent[] {
  const { approvalsNeeded } = requireOpen(state, releaseId);
  if (state.phase === 'draft') throw new Rejection('release.not-checked', { state: state.phase });
  refuseFailed(runChecks(state, facts));
  const given = state.approvedBy.length;
  if (given < approvalsNeeded)
    throw new Rejection('release.approvals-missing', { given, needed: approvalsNeeded });
  const { creditedPeople, creditsHash } = facts;
  return [{ type: 'ReleasePublished', data: { releaseId, personId, creditedPeople, creditsHash } }];
}

/** A draft may be given up, and what is out in the world called back. */
export function withdraw(
  state: ReleaseState,
  personId: string,
  { releaseId, reason }: CommandData<'release.withdraw'>,
): ReleaseEvent[] {
  requireDrafted(state, releaseId);
  if (state.phase === 'withdrawn') throw new Rejection('release.closed', { state: state.phase });
  return [{ type: 'ReleaseWithdrawn', data: { releaseId, personId, reason } }];
}

export function requireDrafted({ draft }: ReleaseState, releaseId: string): ReleaseDraft {
  if (!draft) throw new Rejection('release.unknown', { releaseId });
  return draft;
}

function requireOpen(state: ReleaseState, releaseId: string): ReleaseDraft {
  const draft = requireDrafted(state, releaseId);
  if (state.phase === 'released' || state.phase === 'withdrawn') {
    throw new Rejection('release.closed', { state: state.phase });
  }
  return draft;
}

function refuseFailed(checks: readonly ReleaseCheck[]): void {
  for (const { check, reason } of checks) {
    if (reason)
      throw new Rejection('release.check-failed', { check, problem: translateRejection(reason, 'en') });
  }
}
