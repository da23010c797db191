import type { CreditEvent } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface CreditState {
  /** Null: no such entry. */
  phase: 'granted' | 'reversed' | null;
  personId: string | null;
  groupId: string | null;
}

/** One entry of the ledger is one stream, so that the same work is credited once whoever asks at the same time. */
export const credit: Aggregate<CreditState, CreditEvent> = {
  streamType: 'credit',
  initial: { phase: null, personId: null, groupId: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'CreditGranted':
        return { phase: 'granted', personId: data.personId, groupId: data.groupId };
      case 'CreditReversed':
        return { ...state, phase: 'reversed' };
    }
  },
};
