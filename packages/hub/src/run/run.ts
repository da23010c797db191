import type { RunCard, RunEvent, RunState as RunPhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface RunState {
  /** Null: never registered. */
  phase: RunPhase | null;
  card: RunCard | null;
}

export const run: Aggregate<RunState, RunEvent> = {
  streamType: 'run',
  initial: { phase: null, card: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'RunRegistered':
        return { phase: 'registered', card: data.card };
      case 'RunStarted':
        return { ...state, phase: 'running' };
      case 'RunCompleted':
        return { ...state, phase: 'completed' };
      case 'RunFailed':
        return { ...state, phase: 'failed' };
    }
  },
};
