import type { ActivityItem } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { Iso, Person } from './columns.ts';

const Row = z.object({
  position: z.number(),
  type: z.string(),
  streamType: z.string(),
  streamId: z.string(),
  title: z.string(),
  titleEn: z.string(),
  actor: Person.nullable(),
  node: z.string().nullable(),
  at: Iso,
  traceId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

/** What happened, newest first: in the whole hub or to one source, job, run, artifact, group or person. */
export async function activity(
  hub: Pick<Hub, 'sql'>,
  { before, limit, streamId }: { before?: number; limit: number; streamId?: string },
): Promise<ActivityItem[]> {
  const { sql } = hub;
  const rows = await sql`
    select a.position, a.type, a.stream_type as "streamType", a.stream_id as "streamId",
           case when a.stream_type = 'person' then coalesce(subject.display_name, '') else a.title end as title,
           case when a.stream_type = 'person' then coalesce(subject.display_name, '') else a.title_en end as "titleEn",
           case when a.person_id is not null then
             jsonb_build_object('personId', a.person_id, 'displayName', coalesce(doer.display_name, '')) end as actor,
           a.node, a.at, a.trace_id as "traceId", a.data
    from view_activity a
    left join profile doer on doer.person_id = a.person_id
    left join profile subject on a.stream_type = 'person' and subject.person_id::text = a.stream_id
    where ${before ? sql`a.position < ${before}` : sql`true`}
      and ${streamId ? sql`a.stream_id = ${streamId}` : sql`true`}
    order by a.position desc limit ${limit}`;
  return z.array(Row).parse(rows);
}
