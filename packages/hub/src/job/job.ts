import type { EventOf, JobEvent, JobState as JobPhase, jobEvents } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export type JobDrafted = Extract<EventOf<typeof jobEvents>, { type: 'JobDrafted' }>['data'];

export interface Checkpoint {
  step: number;
  sha256: string;
  size: number;
}

export interface JobState {
  /** Null: never drafted. */
  phase: JobPhase | null;
  draft: JobDrafted | null;
  /** Number of leases given so far; the live or last lease carries it. */
  epoch: number;
  checkpoint: Checkpoint | null;
}

export const job: Aggregate<JobState, JobEvent> = {
  streamType: 'job',
  initial: { phase: null, draft: null, epoch: 0, checkpoint: null },
  evolve(state, { type, data }) {
    switch (type) {
      case 'JobDrafted':
        return { ...state, phase: 'awaiting-start', draft: data };
      case 'JobStartApproved':
        return state;
      case 'JobQueued':
        return { ...state, phase: 'queued' };
      case 'JobLeased':
        return { ...state, phase: 'leased', epoch: data.epoch };
      case 'JobCheckpointed':
        return { ...state, checkpoint: { step: data.step, sha256: data.sha256, size: data.size } };
      case 'LeaseExpired':
      case 'JobFailed':
        return { ...state, phase: data.requeued ? 'queued' : 'failed' };
      case 'JobCompleted':
        return { ...state, phase: 'done' };
      case 'JobVerified':
        return state;
    }
  },
};
