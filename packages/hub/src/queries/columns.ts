import { z } from 'zod';

/** Timestamps of PostgreSQL as the views give them: ISO strings in UTC. */
export const Iso = z.date().transform((date) => date.toISOString());

export const Person = z.object({ personId: z.string(), displayName: z.string() });
