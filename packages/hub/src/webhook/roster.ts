import type { WebhookEvent } from '@tsudoi/schema';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import type { Selection } from '../streams/select.ts';

export interface LiveWebhook extends Selection {
  webhookId: string;
  url: string;
}

const Row = z.object({
  webhookId: z.uuid(),
  url: z.string(),
  topics: z.array(z.string()),
  group: z.string().nullable(),
  /** Of its registration: the first event it gets is a later one. */
  position: z.number(),
  last: z.enum([
    'WebhookRegistered',
    'WebhookPaused',
    'WebhookResumed',
    'WebhookDeleted',
  ] satisfies WebhookEvent['type'][]),
});

/**
 * The webhooks that are delivered to now, from the log itself. On the way each gets a cursor, one that was resumed may
 * fail afresh, and what was kept for deleted ones goes.
 * @param failuresAllowed a live webhook with so many failures in a row was resumed since
 */
export async function liveWebhooks(sql: Queryable, failuresAllowed: number): Promise<LiveWebhook[]> {
  const rows = await sql`
    select first.stream_id as "webhookId", first.data ->> 'url' as url, first.data -> 'topics' as topics,
           slug as "group", first.position, last.type as last
    from event first
    join lateral (
      select type from event where stream_type = 'webhook' and stream_id = first.stream_id
        and type <> 'WebhookSecretRotated' order by version desc limit 1) last on true
    left join working_group on group_id::text = first.data ->> 'groupId'
    where first.stream_type = 'webhook' and first.version = 1
    order by first.position`;
  const known = rows.map((row) => Row.parse(row));
  const live = known.filter(({ last }) => last === 'WebhookRegistered' || last === 'WebhookResumed');
  for (const { webhookId, position } of live) {
    await sql`
      insert into webhook_cursor (webhook_id, position) values (${webhookId}, ${position})
      on conflict (webhook_id) do update set failures = 0, due_at = clock_timestamp()
        where webhook_cursor.failures >= ${failuresAllowed}`;
  }
  const deleted = known.filter(({ last }) => last === 'WebhookDeleted').map(({ webhookId }) => webhookId);
  await sql`delete from webhook_cursor where webhook_id = any(${deleted}::uuid[])`;
  await sql`delete from webhook_delivery where webhook_id = any(${deleted}::uuid[])`;
  return live.map(({ webhookId, url, topics, group }) => ({ webhookId, url, topics, group }));
}
