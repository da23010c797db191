import type { WebhookEvent } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface WebhookState {
  /** Null: never registered. */
  phase: 'live' | 'paused' | 'deleted' | null;
  personId: string | null;
  groupId: string | null;
}

export const webhook: Aggregate<WebhookState, WebhookEvent> = {
  streamType: 'webhook',
  initial: { phase: null, personId: null, groupId: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'WebhookRegistered':
        return { phase: 'live', personId: data.personId, groupId: data.groupId };
      case 'WebhookSecretRotated':
        return state;
      case 'WebhookPaused':
        return { ...state, phase: 'paused' };
      case 'WebhookResumed':
        return { ...state, phase: 'live' };
      case 'WebhookDeleted':
        return { ...state, phase: 'deleted' };
    }
  },
};
