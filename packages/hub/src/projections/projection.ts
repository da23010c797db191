import type { RecordedEvent } from '@tsudoi/schema';
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
  apply(sql: Queryable, event: RecordedEvent): Promise<void>;
}
