import type { DomainEvent, RecordedEvent } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';

/**
 * A fold of the log into tables of its own. `apply` reads and writes nothing but those tables, uses no clock and no
 * chance, and has no side effects, so that replaying the log gives the same rows again.
 */
export interface Projection {
  name: string;
  /** Raise it when `apply` changes: the rows are then made anew at the next start. */
  version: number;
  tables: readonly string[];
  /** The events that `apply` does anything for; a rebuild reads no others. Absent: all of them. */
  types?: readonly DomainEvent['type'][];
  /** Does for events in a row what `apply` does one by one, with few statements. */
  applyTogether?(sql: Queryable, events: readonly RecordedEvent[]): Promise<void>;
  apply(sql: Queryable, event: RecordedEvent): Promise<void>;
}
