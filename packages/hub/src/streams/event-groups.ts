import type { EventEnvelope } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';

type Place = Pick<EventEnvelope, 'streamType' | 'streamId'>;
type Data = Record<string, unknown>;

const mostKept = 20_000;

/**
 * Which working group an event belongs to: the one it names itself, else the one that the first event of its stream
 * names, else that of what the stream is about (an item's set, the run or source of a job or artifact). Follows from
 * the log alone and never changes, so every copy of the log is made with the same answer.
 */
export class EventGroups {
  /** Group of each stream seen lately. */
  readonly #streams = new Map<string, string | null>();
  readonly #slugs = new Map<string, string>();

  /** The slugs of the groups of `events`, one for each; null where an event belongs to no group. */
  async of(sql: Queryable, events: readonly Pick<EventEnvelope, 'streamType' | 'streamId' | 'data'>[]) {
    const ofStreams = await this.#groupsOf(sql, events);
    const groups = events.map((event) => {
      const own = (event.data as Data | null)?.groupId;
      return own === undefined ? (ofStreams.get(keyOf(event)) ?? null) : (own as string | null);
    });
    await this.#readSlugs(sql, groups);
    return groups.map((group) => (group === null ? null : (this.#slugs.get(group) ?? null)));
  }

  /**
   * The group of each of these streams, by key; those not seen lately are read, with whatever they refer to. What is
   * remembered may be given up at any moment, by another reader too, so the answer is a map of its own.
   */
  async #groupsOf(sql: Queryable, places: readonly Place[]): Promise<Map<string, string | null>> {
    const found = new Map<string, string | null>();
    const missing = new Map<string, Place>();
    for (const place of places) {
      const known = this.#streams.get(keyOf(place));
      if (known === undefined) missing.set(keyOf(place), place);
      else found.set(keyOf(place), known);
    }
    if (missing.size === 0) return found;
    const wanted = [...missing.values()];
    const rows = await sql<(Place & { data: Data })[]>`
      select stream_type as "streamType", stream_id as "streamId", data from event
      where version = 1 and (stream_type, stream_id) in (
        select * from unnest(${wanted.map((one) => one.streamType)}::text[], ${wanted.map((one) => one.streamId)}::text[]))`;
    const referred = rows.map((row) => referredTo(row.data)).filter((place) => place !== null);
    const ofReferred = await this.#groupsOf(sql, referred);
    for (const key of missing.keys()) found.set(key, null);
    for (const row of rows) {
      const place = referredTo(row.data);
      const named = row.data.groupId as string | null | undefined;
      const group = named !== undefined ? named : place ? (ofReferred.get(keyOf(place)) ?? null) : null;
      found.set(keyOf(row), group);
    }
    if (this.#streams.size > mostKept) this.#streams.clear();
    for (const key of missing.keys()) this.#streams.set(key, found.get(key) ?? null);
    return found;
  }

  async #readSlugs(sql: Queryable, groups: readonly (string | null)[]): Promise<void> {
    const missing = [...new Set(groups)].filter((group) => group !== null && !this.#slugs.has(group));
    if (missing.length === 0) return;
    const rows = await sql<{ groupId: string; slug: string }[]>`
      select group_id as "groupId", slug from working_group where group_id = any(${missing as string[]}::uuid[])`;
    for (const { groupId, slug } of rows) this.#slugs.set(groupId, slug);
  }
}

const keyOf = ({ streamType, streamId }: Place) => `${streamType} ${streamId}`;

/** What the first event of a stream without a group of its own says it is about. */
function referredTo(data: Data): Place | null {
  if (data.groupId !== undefined) return null;
  const about = (data.manifest as Data | undefined) ?? data;
  const references: [string, unknown][] = [
    ['annotation-set', about.setId],
    ['run', about.runId],
    ['source', (about.sourceIds as string[] | undefined)?.[0]],
  ];
  const found = references.find(([, id]) => typeof id === 'string');
  return found ? { streamType: found[0], streamId: found[1] as string } : null;
}
