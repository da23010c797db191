import { z } from 'zod';
import { ArtifactId, GroupId, PersonId, SourceId } from '../ids.ts';
import { LicenceReason, LicenceVerdict } from '../licence-verdict.ts';
import { SourcePart, UseRights } from '../source-part.ts';
import { type EventOf, event } from './define.ts';

export const ReviewVerdict = z.enum(['accept', 'reject', 'changes']);
export type ReviewVerdict = z.infer<typeof ReviewVerdict>;

export const sourceEvents = [
  event('source', 'SourceProposed', 1, {
    sourceId: SourceId,
    proposerId: PersonId,
    groupId: GroupId.nullable(),
    titleJa: z.string(),
    titleEn: z.string(),
    description: z.string(),
    licence: z.string(),
    evidenceUrl: z.string(),
    rights: UseRights,
    parts: z.array(SourcePart),
    verdict: LicenceVerdict,
    /** Number of accepting reviews by other people that the proposal needs. */
    quorum: z.int(),
  }),
  event('source', 'SourceReviewed', 1, {
    sourceId: SourceId,
    reviewerId: PersonId,
    verdict: ReviewVerdict,
    comment: z.string(),
  }),
  event('source', 'SourceAccepted', 1, { sourceId: SourceId, reviewerIds: z.array(PersonId) }),
  event('source', 'SourceRejected', 1, {
    sourceId: SourceId,
    /** Set when the licence rules refused it at once; otherwise the reviewers did. */
    rule: LicenceReason.nullable(),
    reviewerIds: z.array(PersonId),
  }),
  event('source', 'SourceChangesWanted', 1, {
    sourceId: SourceId,
    reviewerId: PersonId,
    comment: z.string(),
  }),
  event('source', 'SourceIngested', 1, {
    sourceId: SourceId,
    artifactId: ArtifactId,
    documents: z.int(),
    bytes: z.int(),
  }),
  event('source', 'SourceWithdrawn', 1, { sourceId: SourceId, personId: PersonId, reason: z.string() }),
] as const;
export type SourceEvent = EventOf<typeof sourceEvents>;
