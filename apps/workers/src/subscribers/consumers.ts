import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { Hub, OpenSubscription } from '@tsudoi/hub';
import { logStream, subscriptionFilter, subscriptionUser } from '@tsudoi/schema';

const prefix = 'sub_';

/**
 * Makes the durable consumer of each subscription, and takes away those of closed ones. A consumer that vanished with
 * its stream begins again after the last position that was acknowledged, as far as the hub has noted it.
 */
export async function alignConsumers(
  hub: Pick<Hub, 'sql'>,
  manager: JetStreamManager,
  subscriptions: readonly OpenSubscription[],
): Promise<void> {
  const there = await consumersOf(manager);
  if (there === null) return; // the publisher makes the stream
  const wanted = new Map(subscriptions.map((one) => [subscriptionUser(one.subscriptionId), one]));
  for (const name of there.keys()) {
    if (!wanted.has(name)) await manager.consumers.delete(logStream, name);
  }
  const noted = await notedPositions(hub, subscriptions);
  for (const [name, { subscriptionId, group, topics, afterPosition }] of wanted) {
    const info = there.get(name);
    if (info) {
      await note(hub, subscriptionId, info.ack_floor.stream_seq);
      continue;
    }
    await manager.consumers.add(logStream, {
      durable_name: name,
      filter_subject: subscriptionFilter(group, topics),
      ack_policy: AckPolicy.Explicit,
      ack_wait: 60_000_000_000,
      max_ack_pending: 1000,
      max_waiting: 16,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Math.max(afterPosition, noted.get(subscriptionId) ?? 0) + 1,
    });
  }
}

async function consumersOf(manager: JetStreamManager): Promise<Map<string, ConsumerInfo> | null> {
  const found = new Map<string, ConsumerInfo>();
  try {
    for await (const info of manager.consumers.list(logStream)) {
      if (info.name.startsWith(prefix)) found.set(info.name, info);
    }
    return found;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  }
}

async function notedPositions({ sql }: Pick<Hub, 'sql'>, subscriptions: readonly OpenSubscription[]) {
  const ids = subscriptions.map(({ subscriptionId }) => subscriptionId);
  const rows = await sql<{ subscriptionId: string; position: number }[]>`
    select subscription_id as "subscriptionId", position from subscription_cursor
    where subscription_id = any(${ids}::uuid[])`;
  return new Map(rows.map(({ subscriptionId, position }) => [subscriptionId, position]));
}

async function note({ sql }: Pick<Hub, 'sql'>, subscriptionId: string, position: number): Promise<void> {
  await sql`
    insert into subscription_cursor (subscription_id, position) values (${subscriptionId}, ${position})
    on conflict (subscription_id) do update set position = excluded.position
      where subscription_cursor.position < excluded.position`;
}
