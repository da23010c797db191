import type { DomainEvent, RecordedEvent } from '@tsudoi/schema';
import type { PendingQuery, Row } from 'postgres';
import type { Queryable } from '../log/connection.ts';
import { traceIdOf } from '../telemetry/traceparent.ts';
import type { Projection } from './projection.ts';

/** Members of an event that are longer than this as JSON (recipes, manifests) have their own pages. */
const longestMember = 500;

/** Values, or parts of a statement that find them. */
type Found = string | null | PendingQuery<Row[]>;
interface Title {
  title: Found;
  titleEn: Found;
}
interface Doer {
  personId: Found;
  node: Found;
}
const nobody: Doer = { personId: null, node: null };

/** Everything that happened, one readable row per event, with the title of what it is about. */
export const activityFeed: Projection = {
  name: 'activity',
  version: 2,
  tables: ['view_activity'],
  async apply(sql, recorded) {
    const { event, position, streamType, streamId, at, meta } = recorded;
    const { title, titleEn } = titleOf(sql, recorded);
    const { personId, node } = doerOf(sql, recorded);
    // Earlier rows are looked up by the statement itself, so that nobody waits for an answer between two events.
    await sql`
      insert into view_activity (position, type, stream_type, stream_id, title, title_en, person_id, node, at, trace_id,
                                 data)
      values (${position}, ${event.type}, ${streamType}, ${streamId}, ${title}, ${titleEn}, ${personId}, ${node}, ${at},
              ${traceIdOf(meta.traceparent)}, ${sql.json(shortMembers(event))})`;
  },
};

/** The first event of a stream names it; a job goes by the name of its run or source. */
function titleOf(sql: Queryable, { event, streamType, streamId }: RecordedEvent): Title {
  switch (event.type) {
    case 'SourceProposed':
      return { title: event.data.titleJa, titleEn: event.data.titleEn };
    case 'GroupCreated':
      return { title: event.data.nameJa, titleEn: event.data.nameEn };
    case 'SourceRevised':
      return { title: event.data.titleJa, titleEn: event.data.titleEn };
    case 'AnnotationSetDrawnUp':
      return { title: event.data.titleJa, titleEn: event.data.titleEn };
    case 'ItemDrawnUp':
      return firstTitle(sql, 'annotation-set', event.data.setId);
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
      return runId ? firstTitle(sql, 'run', runId) : firstTitle(sql, 'source', sourceIds[0] ?? '');
    }
    default:
      return firstTitle(sql, streamType, streamId);
  }
}

function firstTitle(sql: Queryable, streamType: string, streamId: string): Title {
  const first = (column: string) => sql`
    coalesce((select ${sql(column)} from view_activity where stream_type = ${streamType} and stream_id = ${streamId}
              order by position limit 1), '')`;
  return { title: first('title'), titleEn: first('title_en') };
}

/** A node acts by a token; which machine and whose it is was said when it leased the job. */
function doerOf(sql: Queryable, { event, meta }: RecordedEvent): Doer {
  if (event.type === 'JobLeased') return { personId: event.data.personId, node: event.data.node };
  const [kind, id] = meta.actor.split(':');
  if (kind === 'person') return { personId: id, node: null };
  const jobId = jobOf(event);
  if (kind !== 'node' || !jobId) return nobody;
  const last = (column: string) => sql`
    (select ${sql(column)} from view_activity
     where stream_type = 'job' and stream_id = ${jobId} and type = 'JobLeased' order by position desc limit 1)`;
  return { personId: last('person_id'), node: last('node') };
}

function jobOf(event: DomainEvent): string | null {
  if (event.type === 'ArtifactRegistered') return event.data.manifest.jobId;
  return 'jobId' in event.data ? event.data.jobId : null;
}

function shortMembers(event: DomainEvent) {
  const data =
    event.type === 'ArtifactRegistered' ? { ...event.data, kind: event.data.manifest.kind } : event.data;
  const open = Object.entries(data).filter(([name]) => name !== 'sealed' && name !== 'secretHash');
  const members = open.map(([name, value]) => [name, JSON.stringify(value)]);
  const short = members.filter(([, json]) => json !== undefined && json.length <= longestMember);
  return JSON.parse(`{${short.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`);
}
