import { artifactDetail, withdrawnSource } from '@tsudoi/hub';
import { type Manifest, Rejection } from '@tsudoi/schema';
import { hub } from '../hub.ts';

/**
 * The manifest of an artifact whose text may be looked into: its verdict grants search, and none of its sources was withdrawn.
 * @throws Rejection artifact.unknown | artifact.not-downloadable | artifact.source-withdrawn
 */
export async function readableArtifact(artifactId: string, kind: Manifest['kind']): Promise<Manifest> {
  const artifact = await artifactDetail(hub(), artifactId);
  if (artifact.kind !== kind) throw new Rejection('artifact.unknown', { artifactId });
  const { manifest } = artifact;
  if (!manifest.licence.rights.search) {
    const rule = manifest.licence.refusals[0]?.rule ?? 'not-granted';
    throw new Rejection('artifact.not-downloadable', { rule });
  }
  const sourceId = await withdrawnSource(hub(), manifest.sourceIds);
  if (sourceId) throw new Rejection('artifact.source-withdrawn', { sourceId });
  return manifest;
}
