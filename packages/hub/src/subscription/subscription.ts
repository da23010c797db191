import type { SubscriptionEvent } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface SubscriptionState {
  /** Null: never opened. */
  phase: 'open' | 'closed' | null;
  personId: string | null;
  groupId: string | null;
}

export const subscription: Aggregate<SubscriptionState, SubscriptionEvent> = {
  streamType: 'subscription',
  initial: { phase: null, personId: null, groupId: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'SubscriptionOpened':
        return { phase: 'open', personId: data.personId, groupId: data.groupId };
      case 'SubscriptionCredentialIssued':
        return state;
      case 'SubscriptionClosed':
        return { ...state, phase: 'closed' };
    }
  },
};
