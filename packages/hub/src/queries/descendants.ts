import type { Descendant, Page } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';

const Row = z.object({
  kind: z.enum(['artifact', 'run', 'release']),
  id: z.string(),
  title: z.string(),
  state: z.string(),
});

/** Everything that was made from a source, by kind and id: what a withdrawal concerns. */
export async function sourceDescendants(
  { sql }: Pick<Hub, 'sql'>,
  { sourceId, after, limit = 100 }: { sourceId: string; after?: string; limit?: number },
): Promise<Page<Descendant>> {
  const rows = await sql`
    select d.kind, d.id, coalesce(a.title, r.card ->> 'title', l.slug || ' ' || l.version, '') as title,
           coalesce(a.kind, r.state, l.state, '') as state
    from source_descendant d
    left join view_artifact a on d.kind = 'artifact' and a.artifact_id = d.id
    left join view_run r on d.kind = 'run' and r.run_id::text = d.id
    left join view_release l on d.kind = 'release' and l.release_id::text = d.id
    where d.source_id = ${sourceId} and ${after ? sql`d.kind || ' ' || d.id > ${after}` : sql`true`}
    order by d.kind || ' ' || d.id limit ${limit + 1}`;
  const found = z.array(Row).parse([...rows]);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? `${last.kind} ${last.id}` : null };
}

/** The first of these sources that was withdrawn, or null: what hangs on it is not given out any more. */
export async function withdrawnSource(
  { sql }: Pick<Hub, 'sql'>,
  sourceIds: string[],
): Promise<string | null> {
  const [row] = await sql<{ sourceId: string }[]>`
    select stream_id as "sourceId" from event
    where stream_type = 'source' and stream_id = any(${sourceIds}) and type = 'SourceWithdrawn'
    order by stream_id limit 1`;
  return row?.sourceId ?? null;
}
