import { type Lineage, Rejection, UseRights } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { SourceStates } from './source-summaries.ts';

const EdgeRow = z.object({ from: z.string(), to: z.string(), jobId: z.string() });
const SourceRow = z.object({
  id: z.string(),
  kind: z.literal('source'),
  title: z.string(),
  titleEn: z.string(),
  licence: z.string(),
  state: SourceStates,
});
const ArtifactRow = z.object({
  id: z.string(),
  kind: z.literal('artifact'),
  artifactKind: z.string(),
  title: z.string(),
  rights: UseRights,
});

/**
 * Everything an artifact was made from, back to its sources, and everything that was made from it.
 * @throws Rejection `artifact.unknown`
 */
export async function lineage(hub: Pick<Hub, 'sql'>, artifactId: string): Promise<Lineage> {
  const { sql } = hub;
  // `union` keeps each id once, so the walk ends even where paths meet again.
  const edges = await sql`
    with recursive upstream (id) as (
      select ${artifactId}
      union
      select edge.from_id from view_lineage edge join upstream on edge.to_id = upstream.id
    ), downstream (id) as (
      select ${artifactId}
      union
      select edge.to_id from view_lineage edge join downstream on edge.from_id = downstream.id
    )
    select from_id as "from", to_id as "to", job_id as "jobId" from view_lineage
    where to_id in (select id from upstream) or from_id in (select id from downstream)
    order by from_id, to_id`;
  const found = z.array(EdgeRow).parse(edges);
  const ids = [...new Set([artifactId, ...found.flatMap(({ from, to }) => [from, to])])];
  const sources = await sql`
    select source_id as id, 'source' as kind, title_ja as title, title_en as "titleEn", licence, state
    from view_source where source_id::text = any(${ids}) order by proposed_at, source_id`;
  const artifacts = await sql`
    select artifact_id as id, 'artifact' as kind, kind as "artifactKind", title, rights
    from view_artifact where artifact_id = any(${ids}) order by registered_at, artifact_id`;
  const nodes = [...z.array(SourceRow).parse(sources), ...z.array(ArtifactRow).parse(artifacts)];
  if (!nodes.some(({ id }) => id === artifactId)) throw new Rejection('artifact.unknown', { artifactId });
  const known = new Set(nodes.map(({ id }) => id)); // a source's row may come a moment later than the edge
  return { nodes, edges: found.filter(({ from, to }) => known.has(from) && known.has(to)) };
}
