import {
  type CommandData,
  type LicenceVerdict,
  licenceVerdict,
  Rejection,
  type ReviewVerdict,
  type SourceEvent,
  type UseRights,
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
  return [proposed, ...refuse(sourceId, verdict, rights)];
}

/** The proposer's answer to a wish for changes. Everybody may review the new text, also who reviewed the old one. */
export function revise(
  state: SourceState,
  personId: string,
  data: CommandData<'source.revise'>,
  facts: { quorum: number; titleTakenBy: { title: string; sourceId: string } | null },
): SourceEvent[] {
  const { sourceId, licence, rights } = data;
  requireRevisable(state, personId, sourceId);
  if (facts.titleTakenBy) throw new Rejection('source.title-taken', facts.titleTakenBy);
  const verdict = licenceVerdict(licence, rights);
  const revised: SourceEvent = { type: 'SourceRevised', data: { ...data, verdict, quorum: facts.quorum } };
  return [revised, ...refuse(sourceId, verdict, rights)];
}

/** @throws Rejection `source.unknown`, `source.not-proposer`, `source.not-revisable` */
export function requireRevisable(state: SourceState, personId: string, sourceId: string): void {
  requireProposed(state, sourceId);
  if (personId !== state.proposerId) throw new Rejection('source.not-proposer');
  if (state.phase !== 'changes-wanted') throw new Rejection('source.not-revisable', { state: state.phase! });
}

/** Evidence may be added at any time but after the end, by anybody who found it. */
export function addEvidence(
  state: SourceState,
  personId: string,
  data: CommandData<'source.addEvidence'>,
): SourceEvent[] {
  requireProposed(state, data.sourceId);
  if (isClosed(state)) throw new Rejection('source.closed', { state: state.phase! });
  return [{ type: 'LicenceEvidenceAdded', data: { ...data, personId } }];
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

/** How many pieces of work were made from a source. */
export interface Descendants {
  artifacts: number;
  runs: number;
  releases: number;
}

/** Its proposer may take a source back at any time, and so may who curates the sources of its group. */
export function withdraw(
  state: SourceState,
  personId: string,
  { sourceId, reason }: CommandData<'source.withdraw'>,
  facts: { mayWithdrawAny: boolean; descendants: Descendants },
): SourceEvent[] {
  requireProposed(state, sourceId);
  if (personId !== state.proposerId && !facts.mayWithdrawAny) {
    throw new Rejection('auth.not-permitted-here', { permission: 'source.curate' });
  }
  if (isClosed(state)) throw new Rejection('source.not-withdrawable', { state: state.phase! });
  const { descendants } = facts;
  return [{ type: 'SourceWithdrawn', data: { sourceId, personId, reason, descendants } }];
}

export function markIngested(state: SourceState, data: CommandData<'source.markIngested'>): SourceEvent[] {
  requireProposed(state, data.sourceId);
  if (state.ingestedAs === data.artifactId) return [];
  if (state.phase !== 'accepted') throw new Rejection('source.not-accepted', { state: state.phase! });
  return [{ type: 'SourceIngested', data }];
}

/** Each corpus that holds documents of the source is noted once. */
export function markIncluded(state: SourceState, data: CommandData<'source.markIncluded'>): SourceEvent[] {
  requireProposed(state, data.sourceId);
  if (state.includedIn.includes(data.artifactId)) return [];
  if (state.phase !== 'ingested' && state.phase !== 'in-corpus') {
    throw new Rejection('source.not-accepted', { state: state.phase! });
  }
  return [{ type: 'SourceIncluded', data }];
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

/** A licence that the rules refuse closes the proposal at once, if any use was asked for at all. */
function refuse(sourceId: string, { refusals }: LicenceVerdict, asked: UseRights): SourceEvent[] {
  const [rule] = asked.train || asked.search || asked.redistribute ? refusals : [];
  return rule ? [{ type: 'SourceRejected', data: { sourceId, rule, reviewerIds: [] } }] : [];
}

function isClosed({ phase }: SourceState): boolean {
  return phase === 'rejected' || phase === 'withdrawn';
}

function requireProposed(state: SourceState, sourceId: string): void {
  if (!state.phase) throw new Rejection('source.unknown', { sourceId });
}
