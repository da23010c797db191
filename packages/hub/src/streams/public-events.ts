import { type CloudEvent, type EventEnvelope, toCloudEvent } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';
import { readEnvelopes } from '../log/read-log.ts';
import { EventGroups } from './event-groups.ts';

/** An event with what is said of it outside. */
export interface PublicEvent {
  /** As the log holds it; not for outsiders. */
  envelope: EventEnvelope;
  /** Slug of its working group. */
  group: string | null;
  cloudEvent: CloudEvent;
}

/** Reads the log as outsiders get it. Keeps what it learns about groups, so one reader is kept and used again. */
export class PublicLog {
  readonly #groups = new EventGroups();
  readonly #source: string;

  /** @param source the hub's public address */
  constructor(source: string) {
    this.#source = source;
  }

  /** The events after a position, in the log's order. */
  async read(sql: Queryable, afterPosition: number, limit: number): Promise<PublicEvent[]> {
    const envelopes = await readEnvelopes(sql, afterPosition, limit);
    const groups = await this.#groups.of(sql, envelopes);
    return envelopes.map((envelope, i) => ({
      envelope,
      group: groups[i],
      cloudEvent: toCloudEvent(envelope, { source: this.#source, group: groups[i] }),
    }));
  }
}
