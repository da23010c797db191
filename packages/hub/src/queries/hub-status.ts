import type { HubStatus } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { logHead } from '../log/read-log.ts';

const Progress = z.object({ name: z.string(), position: z.number(), error: z.string().nullable() });
const Counts = z.object({
  people: z.number(),
  sources: z.number(),
  jobsQueued: z.number(),
  jobsRunning: z.number(),
  artifacts: z.number(),
  bytes: z.number(),
});

/** Where the log stands, how far each follower of it has come, and what there is. */
export async function hubStatus(hub: Pick<Hub, 'sql'>): Promise<HubStatus> {
  const { sql } = hub;
  const { position } = await logHead(sql);
  const reactors = z
    .array(Progress)
    .parse(await sql`select name, position, error from reactor order by name`);
  const projections = z
    .array(Progress)
    .parse(await sql`select name, position, error from projection order by name`);
  const [counts] = await sql`
    select (select count(*) from view_person) as people, (select count(*) from view_source) as sources,
           (select count(*) from view_job where state = 'queued') as "jobsQueued",
           (select count(*) from view_job where state = 'leased') as "jobsRunning",
           artifact.count as artifacts, artifact.bytes
    from (select count(*), coalesce(sum(bytes), 0)::bigint as bytes from view_artifact) as artifact`;
  return {
    position,
    publishedPosition: reactors.find(({ name }) => name === 'publisher')?.position ?? 0,
    projections: [...projections, ...reactors],
    counts: Counts.parse(counts),
  };
}
