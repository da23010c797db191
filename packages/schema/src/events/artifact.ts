import { ArtifactId } from '../ids.ts';
import { Manifest } from '../manifest.ts';
import { type EventOf, event } from './define.ts';

export const artifactEvents = [
  event('artifact', 'ArtifactRegistered', 1, { artifactId: ArtifactId, manifest: Manifest }),
] as const;
export type ArtifactEvent = EventOf<typeof artifactEvents>;
