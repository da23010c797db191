import { artifactDetail, withdrawnSource } from '@tsudoi/hub';
import { Rejection } from '@tsudoi/schema';
import { hub, objectStore } from '../hub.ts';

/**
 * A short-lived address of one file of an artifact, if its licence verdict lets it be passed on.
 * @throws Rejection artifact.unknown | artifact.not-downloadable | artifact.source-withdrawn | object.missing
 */
export async function grantArtifactDownload(artifactId: string, path: string): Promise<{ url: string }> {
  const { manifest } = await artifactDetail(hub(), artifactId);
  if (!manifest.licence.rights.redistribute) {
    const rule = manifest.licence.refusals[0]?.rule ?? 'not-granted';
    throw new Rejection('artifact.not-downloadable', { rule });
  }
  const sourceId = await withdrawnSource(hub(), manifest.sourceIds);
  if (sourceId) throw new Rejection('artifact.source-withdrawn', { sourceId });
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (!file) throw new Rejection('object.missing', { sha256: path });
  const name = `${artifactId.slice(0, 12)}-${path.replaceAll('/', '-')}`;
  return { url: await objectStore().presignGet(file.sha256, name, 5 * 60) };
}
