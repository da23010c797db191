import {
  type CommandData,
  type LicenceReason,
  licenceVerdict,
  Rejection,
  type ReviewVerdict,
  type SourceEvent,
} from '@tsudoi/schema';
import type { SourceState } from './source.ts';

/** So many reviewers against it close a proposal. */
const rejectionsToClose = 2;

/**
 * A proposal that the licence rules refuse is recorded all the same, together with the refusing rule, so that its
 * proposer sees the answer and nobody asks again in vain.
 */
export function propose(
  state: SourceState,
  proposerId: string,
  data: CommandData<'source.propose'>,
  facts: { quorum: number; titleTakenBy: { title: string; sourceId: string } | null },
): SourceEvent[] {
  const { sourceId, licence, rights } = data;
  if (state.phase) throw new Rejection('stream.exists', { stream: `source ${sourceId}` });
  if (facts.titleTakenBy) throw new Rejection('source.title-taken', facts.titleTakenBy);
  const verdict = licenceVerdict(licence, rights);
  const proposed: SourceEvent = {
    type: 'SourceProposed',
    data: { ...data, proposerId, verdict, quorum: facts.quorum },
  };
  const rule = refusingRule(verdict.refusals, rights);
  return rule
    ? [proposed, { type: 'SourceRejected', data: { sourceId, rule, reviewerIds: [] } }]
    : [proposed];
}

export function review(
  state: SourceState,
  reviewerId: string,
  { sourceId, verdict, comment }: CommandData<'source.review'>,
): SourceEvent[] {
  requireProposed(state, sourceId);
  if (state.phase !== 'under-review') throw new Rejection('source.not-under-review', { state: state.phase! });
  if (reviewerId === state.proposerId) throw new Rejection('source.own-proposal');
  if (state.reviews.some((earlier) => earlier.reviewerId === reviewerId)) {
    throw new Rejection('source.reviewed-already');
  }
  const reviewed: SourceEvent = { type: 'SourceReviewed', data: { sourceId, reviewerId, verdict, comment } };
  const reviews = [...state.reviews, { reviewerId, verdict }];
  return [reviewed, ...conclude(state, sourceId, reviews, { reviewerId, verdict, comment })];
}

/** Its proposer may take a source back at any time, and so may who operates the hub. */
export function withdraw(
  state: SourceState,
  personId: string,
  mayWithdrawAny: boolean,
  { sourceId, reason }: CommandData<'source.withdraw'>,
): SourceEvent[] {
  requireProposed(state, sourceId);
  if (personId !== state.proposerId && !mayWithdrawAny) {
    throw new Rejection('auth.not-permitted', { permission: 'hub.operate' });
  }
  if (state.phase === 'rejected' || state.phase === 'withdrawn') {
    throw new Rejection('source.not-withdrawable', { state: state.phase });
  }
  return [{ type: 'SourceWithdrawn', data: { sourceId, personId, reason } }];
}

export function markIngested(state: SourceState, data: CommandData<'source.markIngested'>): SourceEvent[] {
  requireProposed(state, data.sourceId);
  if (state.ingestedAs === data.artifactId) return [];
  if (state.phase !== 'accepted') throw new Rejection('source.not-accepted', { state: state.phase! });
  return [{ type: 'SourceIngested', data }];
}

function conclude(
  state: SourceState,
  sourceId: string,
  reviews: readonly { reviewerId: string; verdict: ReviewVerdict }[],
  last: { reviewerId: string; verdict: ReviewVerdict; comment: string },
): SourceEvent[] {
  const saying = (verdict: ReviewVerdict) =>
    reviews.filter((one) => one.verdict === verdict).map((one) => one.reviewerId);
  const { reviewerId, comment } = last;
  if (last.verdict === 'changes') {
    return [{ type: 'SourceChangesWanted', data: { sourceId, reviewerId, comment } }];
  }
  if (last.verdict === 'accept' && saying('accept').length >= state.quorum) {
    return [{ type: 'SourceAccepted', data: { sourceId, reviewerIds: saying('accept') } }];
  }
  if (last.verdict === 'reject' && saying('reject').length >= rejectionsToClose) {
    return [{ type: 'SourceRejected', data: { sourceId, rule: null, reviewerIds: saying('reject') } }];
  }
  return [];
}

function refusingRule(
  refusals: LicenceReason[],
  asked: { train: boolean; search: boolean; redistribute: boolean },
): LicenceReason | null {
  return asked.train || asked.search || asked.redistribute ? (refusals[0] ?? null) : null;
}

function requireProposed(state: SourceState, sourceId: string): void {
  if (!state.phase) throw new Rejection('source.unknown', { sourceId });
}
