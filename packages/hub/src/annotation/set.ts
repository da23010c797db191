import type { AnnotationSetEvent, AnnotationSetState as SetPhase } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export type SetDraft = Extract<AnnotationSetEvent, { type: 'AnnotationSetDrawnUp' }>['data'];

export interface AnnotationSetState {
  /** Null: never drawn up. */
  phase: SetPhase | null;
  draft: SetDraft | null;
  /** How often it was frozen; the newest frozen version carries it. */
  version: number;
}

export const annotationSet: Aggregate<AnnotationSetState, AnnotationSetEvent> = {
  streamType: 'annotation-set',
  initial: { phase: null, draft: null, version: 0 },
  evolve(state, { type, data }) {
    switch (type) {
      case 'AnnotationSetDrawnUp':
        return { ...state, phase: 'drawn-up', draft: data };
      case 'AnnotationSetOpened':
      case 'AnnotationSetReopened':
        return { ...state, phase: 'open' };
      case 'AnnotationSetChanged':
        return state;
      case 'AnnotationSetFrozen':
        return { ...state, phase: 'frozen', version: data.version };
    }
  },
};
