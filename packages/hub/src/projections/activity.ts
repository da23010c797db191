import type { DomainEvent, RecordedEvent } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';
import { traceIdOf } from '../telemetry/traceparent.ts';
import type { Projection } from './projection.ts';

/** Members of an event that are longer than this as JSON (recipes, manifests) have their own pages. */
const longestMember = 500;

/** Whose first row says the title: a stream, named by type and id. */
type Namesake = [streamType: string, streamId: string];
interface Title {
  title: string;
  titleEn: string;
}
interface Doer {
  personId: string | null;
  node: string | null;
}
const nobody: Doer = { personId: null, node: null };

/** Everything that happened, one readable row per event, with the title of what it is about. */
export const activityFeed: Projection = {
  name: 'activity',
  version: 2,
  tables: ['view_activity'],
  apply: (sql, recorded) => insertRows(sql, [recorded]),
  applyTogether: insertRows,
};

/** What earlier rows say is looked up for all at once, unless it is among the rows that are about to be inserted. */
async function insertRows(sql: Queryable, events: readonly RecordedEvent[]): Promise<void> {
  const [titles, doers] = [new Map<string, Title>(), new Map<string, Doer>()];
  const asked = new Map<string, Namesake>();
  const jobs = new Set<string>();
  for (const recorded of events) {
    const { streamType, streamId, version } = recorded;
    const about = titleOf(recorded);
    if (Array.isArray(about)) asked.set(keyOf(about), about);
    if (version > 1) asked.set(keyOf([streamType, streamId]), [streamType, streamId]);
    const doer = doerOf(recorded);
    if ('jobId' in doer) jobs.add(doer.jobId);
  }
  if (asked.size > 0 || jobs.size > 0) await lookUp(sql, [...asked.values()], [...jobs], titles, doers);
  const rows = events.map((recorded) => {
    const { event, position, streamType, streamId, at, meta } = recorded;
    const about = titleOf(recorded);
    const title = Array.isArray(about) ? (titles.get(keyOf(about)) ?? { title: '', titleEn: '' }) : about;
    const key = keyOf([streamType, streamId]);
    if (!titles.has(key)) titles.set(key, title);
    const does = doerOf(recorded);
    const doer = 'jobId' in does ? (doers.get(does.jobId) ?? nobody) : does;
    if (event.type === 'JobLeased') doers.set(streamId, doer);
    return {
      ...{ position, type: event.type, stream_type: streamType, stream_id: streamId },
      ...{ title: title.title, title_en: title.titleEn, person_id: doer.personId, node: doer.node, at },
      ...{ trace_id: traceIdOf(meta.traceparent), data: shortMembers(event) },
    };
  });
  await sql`
    insert into view_activity (position, type, stream_type, stream_id, title, title_en, person_id, node, at, trace_id,
                               data)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as (
      position bigint, type text, stream_type text, stream_id text, title text, title_en text, person_id uuid,
      node text, at timestamptz, trace_id text, data jsonb)`;
}

const keyOf = ([streamType, streamId]: Namesake): string => `${streamType} ${streamId}`;

/** Fills in the titles of streams (their first row's) and who leased each job last. */
async function lookUp(
  sql: Queryable,
  streams: readonly Namesake[],
  jobs: readonly string[],
  titles: Map<string, Title>,
  doers: Map<string, Doer>,
): Promise<void> {
  const [first, last] = await Promise.all([
    sql<(Title & { streamType: string; streamId: string })[]>`
      select asked_type as "streamType", asked_id as "streamId", title, title_en as "titleEn"
      from unnest(${streams.map(([type]) => type)}::text[], ${streams.map(([, id]) => id)}::text[])
        as asked (asked_type, asked_id),
      lateral (select title, title_en from view_activity where stream_type = asked_type and stream_id = asked_id
               order by position limit 1) as first`,
    sql<(Doer & { jobId: string })[]>`
      select asked_id as "jobId", person_id as "personId", node from unnest(${[...jobs]}::text[]) as asked (asked_id),
      lateral (select person_id, node from view_activity
               where stream_type = 'job' and stream_id = asked_id and type = 'JobLeased'
               order by position desc limit 1) as last`,
  ]);
  for (const { streamType, streamId, title, titleEn } of first)
    titles.set(keyOf([streamType, streamId]), { title, titleEn });
  for (const { jobId, personId, node } of last) doers.set(jobId, { personId, node });
}

/** The first event of a stream names it; a job goes by the name of its run or source. */
function titleOf({ event, streamType, streamId }: RecordedEvent): Title | Namesake {
  switch (event.type) {
    case 'SourceProposed':
    case 'SourceRevised':
    case 'AnnotationSetDrawnUp':
      return { title: event.data.titleJa, titleEn: event.data.titleEn };
    case 'GroupCreated':
      return { title: event.data.nameJa, titleEn: event.data.nameEn };
    case 'ItemDrawnUp':
      return ['annotation-set', event.data.setId];
    case 'ReleaseDrafted': {
      const title = `${event.data.slug} ${event.data.version}`;
      return { title, titleEn: title };
    }
    case 'RunRegistered':
      return { title: event.data.card.title, titleEn: event.data.card.title };
    case 'ArtifactRegistered':
      return { title: event.data.manifest.title, titleEn: event.data.manifest.title };
    case 'JobDrafted': {
      const { runId, sourceIds } = event.data;
      return runId ? ['run', runId] : ['source', sourceIds[0] ?? ''];
    }
    default:
      return [streamType, streamId];
  }
}

/** A node acts by a token; which machine and whose it is was said when it leased the job. */
function doerOf({ event, meta }: RecordedEvent): Doer | { jobId: string } {
  if (event.type === 'JobLeased') return { personId: event.data.personId, node: event.data.node };
  const [kind, id] = meta.actor.split(':');
  if (kind === 'person') return { personId: id, node: null };
  const jobId = jobOf(event);
  return kind === 'node' && jobId ? { jobId } : nobody;
}

function jobOf(event: DomainEvent): string | null {
  if (event.type === 'ArtifactRegistered') return event.data.manifest.jobId;
  return 'jobId' in event.data ? event.data.jobId : null;
}

function shortMembers(event: DomainEvent) {
  const data =
    event.type === 'ArtifactRegistered' ? { ...event.data, kind: event.data.manifest.kind } : event.data;
  const open = Object.entries(data).filter(([name]) => name !== 'sealed' && name !== 'secretHash');
  const whole = Object.fromEntries(open);
  if (JSON.stringify(whole).length <= longestMember) return whole; // then each of its members is short
  return Object.fromEntries(
    open.filter(([, value]) => (JSON.stringify(value)?.length ?? 0) <= longestMember),
  );
}
