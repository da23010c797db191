import type { ArtifactDraft, EventOf, JobEvent, JobState as JobPhase, jobEvents } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export type JobDrafted = Extract<EventOf<typeof jobEvents>, { type: 'JobDrafted' }>['data'];

export interface Checkpoint {
  step: number;
  sha256: string;
  size: number;
}

/** What one node made of the job, before it counts. */
export interface Result {
  epoch: number;
  personId: string;
  codeCommit: string;
  outputs: readonly ArtifactDraft[];
}

export interface JobState {
  /** Null: never drafted. */
  phase: JobPhase | null;
  draft: JobDrafted | null;
  /** Number of leases given so far; the live or last lease carries it. */
  epoch: number;
  /** Leases the job may have in all; a retry adds some. Those that brought a result do not count against it. */
  maxEpochs: number;
  checkpoint: Checkpoint | null;
  results: readonly Result[];
  /** Whether a supervisor has looked at the start; a job that is tried again does not wait for it twice. */
  startApproved: boolean;
}

export const job: Aggregate<JobState, JobEvent> = {
  streamType: 'job',
  initial: {
    phase: null,
    draft: null,
    epoch: 0,
    maxEpochs: 0,
    checkpoint: null,
    results: [],
    startApproved: false,
  },
  evolve(state, { type, data }) {
    switch (type) {
      case 'JobDrafted':
        return { ...state, phase: 'awaiting-start', draft: data, maxEpochs: data.maxEpochs };
      case 'JobStartApproved':
        return { ...state, startApproved: true };
      case 'JobStartRefused':
      case 'JobCancelled':
        return { ...state, phase: 'cancelled' };
      case 'JobQueued':
        return { ...state, phase: 'queued' };
      case 'JobLeased':
        return { ...state, phase: 'leased', epoch: data.epoch };
      case 'JobCheckpointed':
        return { ...state, checkpoint: { step: data.step, sha256: data.sha256, size: data.size } };
      case 'LeaseExpired':
      case 'JobFailed':
        return { ...state, phase: data.requeued ? 'queued' : 'failed' };
      case 'JobResultReported': {
        const { epoch, personId, codeCommit, outputs } = data;
        return { ...state, results: [...state.results, { epoch, personId, codeCommit, outputs }] };
      }
      case 'JobReplicaWanted':
        return { ...state, phase: 'queued', checkpoint: null }; // a replica begins from the beginning
      case 'JobEndCheckWanted':
        return { ...state, phase: 'awaiting-end' };
      case 'JobEndApproved':
        return state;
      case 'JobSentBack':
        return { ...state, phase: 'queued', results: [] };
      case 'JobRetried':
        // Results of an attempt that came to nothing are void.
        return {
          ...state,
          phase: 'awaiting-start',
          results: [],
          maxEpochs: state.maxEpochs + data.moreEpochs,
        };
      case 'JobCompleted':
        return { ...state, phase: 'done' };
      case 'JobVerified':
        return state;
    }
  },
};
