import type { ArtifactEvent, Manifest } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface ArtifactState {
  manifest: Manifest | null;
}

/** Immutable: registered once by the job that made it. */
export const artifact: Aggregate<ArtifactState, ArtifactEvent> = {
  streamType: 'artifact',
  initial: { manifest: null },
  evolve: (_, { data }) => ({ manifest: data.manifest }),
};
