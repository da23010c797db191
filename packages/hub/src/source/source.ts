import type { LicenceVerdict, ReviewVerdict, SourceEvent, SourceState as SourcePhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface SourceState {
  /** Null: never proposed. */
  phase: SourcePhase | null;
  proposerId: string | null;
  groupId: string | null;
  verdict: LicenceVerdict | null;
  quorum: number;
  /** Of the current round; a revision begins a new one. */
  reviews: readonly { reviewerId: string; verdict: ReviewVerdict }[];
  ingestedAs: string | null;
  /** Corpora that hold documents of it. */
  includedIn: readonly string[];
}

export const source: Aggregate<SourceState, SourceEvent> = {
  streamType: 'source',
  initial: {
    phase: null,
    proposerId: null,
    groupId: null,
    verdict: null,
    quorum: 0,
    reviews: [],
    ingestedAs: null,
    includedIn: [],
  },
  evolve(state, { type, data }) {
    switch (type) {
      case 'SourceProposed': {
        const { proposerId, groupId, verdict, quorum } = data;
        return { ...state, phase: 'under-review', proposerId, groupId, verdict, quorum };
      }
      case 'SourceRevised': {
        const { verdict, quorum } = data;
        return { ...state, phase: 'under-review', verdict, quorum, reviews: [] };
      }
      case 'SourceReviewed': {
        const { reviewerId, verdict } = data;
        return { ...state, reviews: [...state.reviews, { reviewerId, verdict }] };
      }
      case 'LicenceEvidenceAdded':
        return state;
      case 'SourceAccepted':
        return { ...state, phase: 'accepted' };
      case 'SourceRejected':
        return { ...state, phase: 'rejected' };
      case 'SourceChangesWanted':
        return { ...state, phase: 'changes-wanted' };
      case 'SourceIngested':
        return { ...state, phase: 'ingested', ingestedAs: data.artifactId };
      case 'SourceIncluded':
        return { ...state, phase: 'in-corpus', includedIn: [...state.includedIn, data.artifactId] };
      case 'SourceWithdrawn':
        return { ...state, phase: 'withdrawn' };
    }
  },
};

/** Reviewers took it in, whatever came of it since; only such a source may be used. */
export function isUsable({ phase }: SourceState): boolean {
  return phase === 'accepted' || phase === 'ingested' || phase === 'in-corpus';
}
