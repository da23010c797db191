import { artifactDetail, lineage, releaseDetail } from '@tsudoi/hub';
import { Rejection, ReleaseId } from '@tsudoi/schema';
import { serverEnv } from '../../../../../server/env.ts';
import { answering, permitted } from '../../../../../server/handle.ts';
import { hub } from '../../../../../server/hub.ts';
import { grantArtifactDownload } from '../../../../../server/objects/artifact-download.ts';
import { releaseDocuments } from '../../../../../server/releases/documents.ts';

interface Props {
  params: Promise<{ id: string; path: string[] }>;
}

/**
 * What anybody gets of a release without signing in: its documents, and, once it is out, its files. The licence gate
 * and withdrawn sources are asked on every request, so a file ends with the right to pass it on.
 */
export function GET(request: Request, { params }: Props): Promise<Response> {
  return answering(request, async () => {
    await permitted(request, 'public.read');
    const { id, path } = await params;
    const releaseId = ReleaseId.safeParse(id).data;
    if (!releaseId) throw new Rejection('release.unknown', { releaseId: id.slice(0, 80) });
    const release = await releaseDetail(hub(), releaseId);
    const [first = '', ...rest] = path;
    if (first === 'files' && rest.length > 0) {
      if (release.state !== 'released') throw new Rejection('release.not-released', { state: release.state });
      const { url } = await grantArtifactDownload(release.artifactId, rest.join('/'));
      const location = new URL(url, serverEnv().HUB_URL).href;
      return new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } });
    }
    const write =
      path.length === 1 && Object.hasOwn(releaseDocuments, first) ? releaseDocuments[first] : null;
    if (!write) return new Response('not found\n', { status: 404 });
    const [{ manifest }, { nodes }] = await Promise.all([
      artifactDetail(hub(), release.artifactId),
      lineage(hub(), release.artifactId),
    ]);
    const apiUrl = new URL(`/api/releases/${releaseId}`, serverEnv().HUB_URL).href;
    const sources = nodes.filter((node) => node.kind === 'source');
    return new Response(write({ release, manifest, sources, apiUrl }), {
      headers: {
        'content-type': `${first.endsWith('.md') ? 'text/markdown' : 'text/plain'}; charset=utf-8`,
        'content-disposition': `inline; filename="${release.slug}-${release.version}-${first}"`,
      },
    });
  });
}
