import type { LicenceVerdict, ReviewVerdict, SourceEvent, SourceState as SourcePhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface SourceState {
  /** Null: never proposed. */
  phase: SourcePhase | null;
  proposerId: string | null;
  verdict: LicenceVerdict | null;
  quorum: number;
  reviews: readonly { reviewerId: string; verdict: ReviewVerdict }[];
  ingestedAs: string | null;
}

export const source: Aggregate<SourceState, SourceEvent> = {
  streamType: 'source',
  initial: { phase: null, proposerId: null, verdict: null, quorum: 0, reviews: [], ingestedAs: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'SourceProposed': {
        const { proposerId, verdict, quorum } = data;
        return { ...state, phase: 'under-review', proposerId, verdict, quorum };
      }
      case 'SourceReviewed': {
        const { reviewerId, verdict } = data;
        return { ...state, reviews: [...state.reviews, { reviewerId, verdict }] };
      }
      case 'SourceAccepted':
        return { ...state, phase: 'accepted' };
      case 'SourceRejected':
        return { ...state, phase: 'rejected' };
      case 'SourceChangesWanted':
        return { ...state, phase: 'changes-wanted' };
      case 'SourceIngested':
        return { ...state, phase: 'ingested', ingestedAs: data.artifactId };
      case 'SourceWithdrawn':
        return { ...state, phase: 'withdrawn' };
    }
  },
};
