import { everything, requireGroupSlug, type Selection } from '@tsudoi/hub';
import { Rejection, Topics } from '@tsudoi/schema';
import { z } from 'zod';
import { hub } from '../hub.ts';

const Position = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const Query = z.strictObject({
  after: Position.nullable(),
  group: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}$/)
    .nullable(),
  topics: Topics.nullable(),
  limit: Position.pipe(z.int().min(1).max(500)).nullable(),
});

export interface EventQuery extends Selection {
  /** The position asked for; null: what comes from now on. */
  after: number | null;
  limit: number | null;
}

/**
 * `?after=POSITION&group=SLUG&topics=source,job.JobQueued`; on reconnection Last-Event-ID counts and not `after`.
 * @throws ZodError, or Rejection `group.unknown`: nobody is left listening to nothing because of a misspelling
 */
export async function eventQuery(request: Request): Promise<EventQuery> {
  const { searchParams } = new URL(request.url);
  const { after, group, topics, limit } = Query.parse({
    after: request.headers.get('last-event-id') || searchParams.get('after'),
    group: searchParams.get('group'),
    topics: searchParams.get('topics')?.split(',') ?? null,
    limit: searchParams.get('limit'),
  });
  if (group !== null) await requireGroupSlug(hub().sql, group);
  return { after, limit, group, topics: topics ?? everything.topics };
}

/** @throws Rejection `subscription.ahead`: the log was restored to an older state, or the position is not of this hub */
export function requireReached(after: number, head: number): void {
  if (after > head) throw new Rejection('subscription.ahead', { head, position: after });
}
