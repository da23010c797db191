import type { RunCard, RunEvent, RunState as RunPhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface RunState {
  /** Null: never registered. */
  phase: RunPhase | null;
  /** As it was registered; no event changes it. */
  card: RunCard | null;
  personId: string | null;
  groupId: string | null;
}

export const run: Aggregate<RunState, RunEvent> = {
  streamType: 'run',
  initial: { phase: null, card: null, personId: null, groupId: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'RunRegistered': {
        const { card, personId, groupId } = data;
        return { phase: 'registered', card, personId, groupId };
      }
      case 'RunStarted':
        return { ...state, phase: 'running' };
      case 'RunCompleted':
        return { ...state, phase: 'completed' };
      case 'RunFailed':
        return { ...state, phase: 'failed' };
      case 'RunAbandoned':
        return { ...state, phase: 'abandoned' };
      case 'PostMortemWritten':
        return state;
    }
  },
};
