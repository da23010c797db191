import { z } from 'zod';
import { ArtifactId, GroupId, PersonId, Sha256, SourceId } from '../ids.ts';
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
  /** The answer to `SourceChangesWanted`: a new round of reviews begins over the changed proposal. */
  event('source', 'SourceRevised', 1, {
    sourceId: SourceId,
    titleJa: z.string(),
    titleEn: z.string(),
    description: z.string(),
    licence: z.string(),
    evidenceUrl: z.string(),
    rights: UseRights,
    parts: z.array(SourcePart),
    verdict: LicenceVerdict,
    quorum: z.int(),
  }),
  /** What somebody found about the licence: a page, and optionally a copy of it in the object store. */
  event('source', 'LicenceEvidenceAdded', 1, {
    sourceId: SourceId,
    personId: PersonId,
    url: z.string(),
    note: z.string(),
    sha256: Sha256.nullable(),
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
  /** Documents of the source are in a corpus now. */
  event('source', 'SourceIncluded', 1, { sourceId: SourceId, artifactId: ArtifactId }),
  event(
    'source',
    'SourceWithdrawn',
    2,
    {
      sourceId: SourceId,
      personId: PersonId,
      reason: z.string(),
      /** How much was made from it up to then; the lineage lists each piece. Null: not counted in those days. */
      descendants: z.strictObject({ artifacts: z.int(), runs: z.int(), releases: z.int() }).nullable(),
    },
    { 1: (data) => ({ ...(data as Record<string, unknown>), descendants: null }) },
  ),
] as const;
export type SourceEvent = EventOf<typeof sourceEvents>;
