import { Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { inTransaction, type Queryable } from '../log/connection.ts';
import { logHead } from '../log/read-log.ts';
import { Iso } from '../queries/columns.ts';

/** So long one process may hold an endpoint without saying how it went on. */
const busySeconds = 60;

export interface Cursor {
  webhookId: string;
  position: number;
  failures: number;
}

/** Takes the endpoints of `webhookIds` that are due, behind the log's head and in nobody's hands, at most `limit`. */
export async function takeDue(
  sql: Queryable,
  webhookIds: readonly string[],
  { head, limit }: { head: number; limit: number },
): Promise<Cursor[]> {
  return sql<Cursor[]>`
    update webhook_cursor set busy_until = clock_timestamp() + ${busySeconds} * interval '1 second'
    where webhook_id in (
      select webhook_id from webhook_cursor
      where webhook_id = any(${webhookIds as string[]}::uuid[]) and position < ${head}
        and due_at <= clock_timestamp() and (busy_until is null or busy_until < clock_timestamp())
      order by due_at limit ${limit} for update skip locked)
    returning webhook_id as "webhookId", position, failures`;
}

/** Milliseconds until one of the endpoints that wait is due; null when none waits. */
export async function nextDue(sql: Queryable, webhookIds: readonly string[]): Promise<number | null> {
  const [{ ms }] = await sql<{ ms: number | null }[]>`
    select (extract(epoch from min(greatest(due_at, coalesce(busy_until, due_at))) - clock_timestamp()) * 1000)::float8 as ms
    from webhook_cursor
    where webhook_id = any(${webhookIds as string[]}::uuid[]) and position < (select position from log_head)`;
  return ms === null ? null : Math.max(0, ms);
}

/** Lets an endpoint go: it has come to `position`, and waits for so long where the next delivery failed. */
export async function letGo(
  sql: Queryable,
  { webhookId, position, failures }: Cursor,
  { from, waitMs }: { from: number; waitMs: number },
): Promise<void> {
  // One statement: between two, another process could take the endpoint and lose it again. Where somebody has set the
  // cursor elsewhere meanwhile (a replay), that counts.
  await sql`
    update webhook_cursor set busy_until = null,
           position = case when position = ${from} then ${position} else position end,
           failures = case when position = ${from} then ${failures} else failures end,
           due_at = case when position = ${from} then clock_timestamp() + ${waitMs} * interval '1 millisecond' else due_at end
    where webhook_id = ${webhookId}`;
}

export interface Attempt {
  webhookId: string;
  position: number;
  eventId: string;
  /** From 1. */
  attempt: number;
  /** Null: there was no answer, and `error` says why. */
  status: number | null;
  error: string | null;
  ms: number;
}

/**
 * Files an attempt. After a success the cursor stands on the event.
 * @returns false if the cursor was set elsewhere meanwhile (replay, deletion)
 */
export async function recordAttempt(
  hub: Pick<Hub, 'sql'>,
  { webhookId, position, eventId, attempt, status, error, ms }: Attempt,
  { from, succeeded }: { from: number; succeeded: boolean },
): Promise<boolean> {
  return inTransaction(hub.sql, 'read write', async (tx) => {
    const [cursor] = await tx<{ position: number }[]>`
      select position from webhook_cursor where webhook_id = ${webhookId} for update`;
    if (!cursor) return false; // deleted: nothing is kept
    await tx`
      insert into webhook_delivery (webhook_id, position, event_id, attempt, status, error, ms)
      values (${webhookId}, ${position}, ${eventId}, ${attempt}, ${status}, ${error}, ${ms})`;
    if (cursor.position !== from) return false;
    await tx`
      update webhook_cursor set busy_until = clock_timestamp() + ${busySeconds} * interval '1 second',
             ${succeeded ? tx`position = ${position}, failures = 0` : tx`failures = failures + 1`}
      where webhook_id = ${webhookId}`;
    return true;
  });
}

/** History that nobody asks for any more. */
export async function forgetOldDeliveries(sql: Queryable, days = 30): Promise<void> {
  await sql`delete from webhook_delivery where at < clock_timestamp() - ${days} * interval '1 day'`;
}

const DeliveryRow = z.object({
  deliveryId: z.number(),
  position: z.number(),
  eventId: z.string(),
  attempt: z.number(),
  status: z.number().nullable(),
  error: z.string().nullable(),
  ms: z.number(),
  at: Iso,
});
export type Delivery = z.infer<typeof DeliveryRow>;

/**
 * What was delivered to one's own webhook, newest first, and where it stands.
 * @throws Rejection `webhook.unknown`
 */
export async function webhookDeliveries(
  { sql }: Pick<Hub, 'sql'>,
  personId: string,
  { webhookId, before, limit = 50 }: { webhookId: string; before?: number; limit?: number },
): Promise<{ position: number | null; failures: number; dueAt: string | null; deliveries: Delivery[] }> {
  await requireOwn(sql, personId, webhookId);
  const [cursor] = await sql<{ position: number; failures: number; dueAt: Date }[]>`
    select position, failures, due_at as "dueAt" from webhook_cursor where webhook_id = ${webhookId}`;
  const rows = await sql`
    select delivery_id as "deliveryId", position, event_id as "eventId", attempt, status, error, ms, at
    from webhook_delivery where webhook_id = ${webhookId}
      and ${before === undefined ? sql`true` : sql`delivery_id < ${before}`}
    order by delivery_id desc limit ${limit}`;
  return {
    position: cursor?.position ?? null,
    failures: cursor?.failures ?? 0,
    dueAt: cursor?.failures ? cursor.dueAt.toISOString() : null,
    deliveries: z.array(DeliveryRow).parse([...rows]),
  };
}

/**
 * Delivers again what lies after a position, or passes over what lies before it. Deliveries keep their ids, so a receiver
 * that remembers them does nothing twice. Setting the cursor twice to the same position is setting it once.
 * @throws Rejection `webhook.unknown`, `subscription.ahead`
 */
export async function replayWebhook(
  { sql }: Pick<Hub, 'sql'>,
  personId: string,
  { webhookId, afterPosition }: { webhookId: string; afterPosition: number },
): Promise<void> {
  await requireOwn(sql, personId, webhookId);
  const { position: head } = await logHead(sql);
  if (afterPosition > head) throw new Rejection('subscription.ahead', { head, position: afterPosition });
  await sql`
    insert into webhook_cursor (webhook_id, position) values (${webhookId}, ${afterPosition})
    on conflict (webhook_id) do update set position = ${afterPosition}, failures = 0, due_at = clock_timestamp()`;
}

async function requireOwn(sql: Queryable, personId: string, webhookId: string): Promise<void> {
  const own =
    await sql`select from webhook_owner where webhook_id = ${webhookId} and person_id = ${personId}`;
  if (own.length === 0) throw new Rejection('webhook.unknown', { webhookId });
}
