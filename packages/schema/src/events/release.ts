import { z } from 'zod';
import { ArtifactId, GroupId, PersonId, ReleaseId, Sha256 } from '../ids.ts';
import { ReleaseCheck, SafetyEvidence, SafetyVerdict } from '../release.ts';
import { type EventOf, event } from './define.ts';

export const releaseEvents = [
  event('release', 'ReleaseDrafted', 1, {
    releaseId: ReleaseId,
    groupId: GroupId.nullable(),
    authorId: PersonId,
    artifactId: ArtifactId,
    slug: z.string(),
    version: z.string(),
    notesJa: z.string(),
    notesEn: z.string(),
    /** People of the group, other than the author, who must approve. */
    approvalsNeeded: z.int().min(1),
  }),
  event('release', 'SafetyAssessed', 1, {
    releaseId: ReleaseId,
    assessorId: PersonId,
    evidence: SafetyEvidence,
    verdict: SafetyVerdict,
    statement: z.string(),
  }),
  /** Approvals given before a check that fails are void. */
  event('release', 'ReleaseChecked', 1, { releaseId: ReleaseId, checks: z.array(ReleaseCheck) }),
  event('release', 'ReleaseApproved', 1, { releaseId: ReleaseId, approverId: PersonId }),
  event('release', 'ReleasePublished', 1, {
    releaseId: ReleaseId,
    personId: PersonId,
    /** The CREDITS of that moment: how many people, and the SHA-256 of the canonical JSON of its lines. */
    creditedPeople: z.int(),
    creditsHash: Sha256,
  }),
  event('release', 'ReleaseWithdrawn', 1, {
    releaseId: ReleaseId,
    personId: PersonId,
    reason: z.string(),
  }),
] as const;
export type ReleaseEvent = EventOf<typeof releaseEvents>;
