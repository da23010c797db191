import { documentsOf } from '@tsudoi/engine/corpus/pages';
import { ArtifactId, Rejection } from '@tsudoi/schema';
import { corpusOverview } from '../../../../../server/corpora/overview.ts';
import { serverEnv } from '../../../../../server/env.ts';
import { answering, permitted } from '../../../../../server/handle.ts';

const types: Record<string, string> = {
  json: 'application/json; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  svg: 'image/svg+xml',
};

interface Props {
  params: Promise<{ id: string; path: string[] }>;
}

/** The documents about a corpus as files: cards, Croissant, SPDX, NOTICE, plots. They quote no text of it, so anybody may read them. */
export function GET(request: Request, { params }: Props): Promise<Response> {
  return answering(request, async () => {
    await permitted(request, 'public.read');
    const { id, path } = await params;
    const artifactId = ArtifactId.safeParse(id).data;
    if (!artifactId) throw new Rejection('artifact.unknown', { artifactId: id.slice(0, 80) });
    const { corpus, counted } = await corpusOverview()(artifactId);
    const url = new URL(`/corpora/${artifactId}`, serverEnv().HUB_URL).href;
    const name = path.join('/');
    const text = counted && documentsOf({ corpus, ...counted }, { url }).get(name);
    if (!text) return new Response('not found\n', { status: 404 });
    const type = types[name.split('.').at(-1) ?? ''] ?? 'text/plain; charset=utf-8';
    const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    return new Response(text, { headers: { 'content-type': type, 'content-security-policy': policy } });
  });
}
