import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';

/** Timestamps of PostgreSQL as the views give them: ISO strings in UTC. */
export const Iso = z.date().transform((date) => date.toISOString());

export const Person = z.object({ personId: z.string(), displayName: z.string() });

/**
 * The name of the profile `p` where work is credited: what its person goes by now, a number where they chose not to be
 * named, and empty once they were erased.
 */
export const creditedName = (sql: Queryable) =>
  sql`coalesce(case when p.credit_named then p.display_name else '#' || left(p.person_id::text, 8) end, '')`;
