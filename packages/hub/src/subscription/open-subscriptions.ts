import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';

const Row = z.object({
  subscriptionId: z.uuid(),
  groupId: z.uuid().nullable(),
  /** Slug of the group. */
  group: z.string().nullable(),
  topics: z.array(z.string()),
  afterPosition: z.number(),
  secretHash: z.string(),
});
export type OpenSubscription = z.infer<typeof Row>;

/** Subscriptions that are open now and have a credential, from the log itself; oldest first. There are never many. */
export async function openSubscriptions(sql: Queryable): Promise<OpenSubscription[]> {
  const rows = await sql`
    select opened.stream_id as "subscriptionId", opened.data ->> 'groupId' as "groupId", slug as "group",
           opened.data -> 'topics' as topics, (opened.data -> 'afterPosition')::bigint as "afterPosition",
           credential.hash as "secretHash"
    from event opened
    join lateral (
      select data ->> 'secretHash' as hash from event
      where stream_type = 'subscription' and stream_id = opened.stream_id and type = 'SubscriptionCredentialIssued'
      order by version desc limit 1) credential on true
    left join working_group on group_id::text = opened.data ->> 'groupId'
    where opened.stream_type = 'subscription' and opened.type = 'SubscriptionOpened' and not exists (
      select from event closed where closed.stream_type = 'subscription' and closed.stream_id = opened.stream_id
        and closed.type = 'SubscriptionClosed')
    order by opened.position`;
  return rows.map((row) => Row.parse(row));
}
