import type { ReleaseCheck, ReleaseEvent, ReleaseState as ReleasePhase, SafetyVerdict } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export type ReleaseDraft = Extract<ReleaseEvent, { type: 'ReleaseDrafted' }>['data'];

export interface ReleaseState {
  /** Null: never drafted. */
  phase: ReleasePhase | null;
  draft: ReleaseDraft | null;
  /** The newest one counts. */
  safety: { verdict: SafetyVerdict; statement: string } | null;
  checks: readonly ReleaseCheck[];
  approvedBy: readonly string[];
}

export const release: Aggregate<ReleaseState, ReleaseEvent> = {
  streamType: 'release',
  initial: { phase: null, draft: null, safety: null, checks: [], approvedBy: [] },
  evolve(state, { type, data }) {
    switch (type) {
      case 'ReleaseDrafted':
        return { ...state, phase: 'draft', draft: data };
      case 'SafetyAssessed':
        return { ...state, safety: { verdict: data.verdict, statement: data.statement } };
      case 'ReleaseChecked': {
        const passed = data.checks.every(({ reason }) => reason === null);
        if (!passed) return { ...state, phase: 'draft', checks: data.checks, approvedBy: [] };
        return { ...state, phase: state.phase === 'approved' ? 'approved' : 'checked', checks: data.checks };
      }
      case 'ReleaseApproved': {
        const approvedBy = [...state.approvedBy, data.approverId];
        const enough = approvedBy.length >= (state.draft?.approvalsNeeded ?? Number.POSITIVE_INFINITY);
        return { ...state, approvedBy, phase: enough ? 'approved' : 'checked' };
      }
      case 'ReleasePublished':
        return { ...state, phase: 'released' };
      case 'ReleaseWithdrawn':
        return { ...state, phase: 'withdrawn' };
    }
  },
};
