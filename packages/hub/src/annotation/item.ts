import type { AnnotationItemEvent, Answers, AnnotationItemState as ItemPhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface Claim {
  personId: string;
  /** A claim ends exactly then by the database's clock; nothing has to note it. */
  expiresAt: string;
}

export interface AnnotationItemState {
  /** Null: never drawn up. */
  phase: ItemPhase | null;
  setId: string | null;
  authorId: string | null;
  wanted: number;
  claims: readonly Claim[];
  /** Who gave the item back; they are not asked again. */
  returnedBy: readonly string[];
  reviews: readonly { reviewerId: string; sealed: string }[];
  labels: Answers | null;
  disputed: readonly string[];
}

export const annotationItem: Aggregate<AnnotationItemState, AnnotationItemEvent> = {
  streamType: 'annotation-item',
  initial: {
    phase: null,
    setId: null,
    authorId: null,
    wanted: 0,
    claims: [],
    returnedBy: [],
    reviews: [],
    labels: null,
    disputed: [],
  },
  evolve(state, { type, data }) {
    switch (type) {
      case 'ItemDrawnUp': {
        const { setId, authorId, reviewsWanted } = data;
        return { ...state, phase: 'waiting', setId, authorId, wanted: reviewsWanted };
      }
      case 'ItemClaimed': {
        const { personId, expiresAt } = data;
        return { ...state, claims: [...withoutClaimOf(state, personId), { personId, expiresAt }] };
      }
      case 'ItemReturned': {
        const returnedBy = [...state.returnedBy, data.personId];
        return { ...state, claims: withoutClaimOf(state, data.personId), returnedBy };
      }
      case 'ItemReviewed': {
        const { reviewerId, sealed } = data;
        const reviews = [...state.reviews, { reviewerId, sealed }];
        return { ...state, claims: withoutClaimOf(state, reviewerId), reviews };
      }
      case 'ReviewsRevealed': {
        const phase = data.disputed.length > 0 ? 'disputed' : 'settled';
        return { ...state, phase, labels: data.settled, disputed: data.disputed };
      }
      case 'ItemAdjudicated':
        return { ...state, phase: 'settled', labels: data.answers, disputed: [] };
      case 'ItemWithdrawn':
        return { ...state, phase: 'withdrawn', claims: [] };
    }
  },
};

function withoutClaimOf({ claims }: AnnotationItemState, personId: string): Claim[] {
  return claims.filter((claim) => claim.personId !== personId);
}
