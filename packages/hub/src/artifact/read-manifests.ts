import type { Manifest } from '@tsudoi/schema';
import { type Histories, load } from '../command/aggregate.ts';
import { artifact } from './artifact.ts';

/** The manifests of those artifacts that are registered. An artifact's stream holds exactly one event. */
export async function readManifests(from: Histories, artifactIds: string[]): Promise<Map<string, Manifest>> {
  const found = new Map<string, Manifest>();
  for (const artifactId of new Set(artifactIds)) {
    const { manifest } = (await load(from, artifact, artifactId)).state;
    if (manifest) found.set(artifactId, manifest);
  }
  return found;
}
