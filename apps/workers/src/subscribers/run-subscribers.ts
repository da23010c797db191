import { jetstreamManager } from '@nats-io/jetstream';
import { type Hub, listenPositions, openSubscriptions } from '@tsudoi/hub';
import type { Env } from '@tsudoi/schema';
import { connectNats, type NatsSettings } from '../publisher/connect.ts';
import { describeError, type Log } from '../roles/log.ts';
import { pause, Wake } from '../roles/wake.ts';
import { alignConsumers } from './consumers.ts';
import { createUsersFile, natsUsers } from './users-file.ts';

/** Consumers are looked at again after so long without a change, and what they have acknowledged is noted. */
const POLL = 15_000;
const PAUSE = 2000;

export type SubscriberSettings = NatsSettings & Pick<Env, 'NATS_USERS_FILE' | 'NATS_PID_FILE'>;

/**
 * Keeps NATS as the log says: a user and a durable consumer for each open subscription with a credential, and none for
 * any other. Users first, so that a credential that was taken back is dead although JetStream may be away.
 */
export async function runSubscribers(
  hub: Hub,
  settings: SubscriberSettings,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const { NATS_USERS_FILE: file, NATS_PID_FILE: pidFile } = settings;
  if (!file || !pidFile) {
    log.warn('the users of NATS are not kept by this process: NATS_USERS_FILE and NATS_PID_FILE are not set');
  }
  const users = file && pidFile ? createUsersFile({ file, pidFile }) : null;
  const wake = new Wake();
  const connection = await connectNats(settings, { name: 'tsudoi subscribers', log, signal });
  let stopListening: (() => Promise<void>) | null = null;
  let seen = -1;
  try {
    stopListening = await listenPositions(hub.sql, () => wake.ring());
    while (!signal.aborted) {
      try {
        const changed = await lastChange(hub);
        const subscriptions = await openSubscriptions(hub.sql);
        if (users?.put(natsUsers(subscriptions))) {
          log.info('users of NATS changed', { users: subscriptions.length });
        }
        await alignConsumers(hub, await jetstreamManager(connection), subscriptions);
        seen = changed;
        await quiet(hub, seen, wake, signal);
      } catch (error) {
        if (signal.aborted) break;
        log.warn('subscribers could not be brought up to date, it is tried again', {
          error: describeError(error),
        });
        await pause(PAUSE, signal);
      }
    }
  } finally {
    await stopListening?.().catch(() => {});
    await connection.close();
  }
}

/** Waits for an event about subscriptions; other events do not wake anybody for long. */
async function quiet(hub: Hub, seen: number, wake: Wake, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + POLL; Date.now() < until && !signal.aborted; ) {
    if ((await lastChange(hub)) !== seen) return;
    if (await wake.wait(until - Date.now(), signal)) await pause(50, signal);
  }
}

async function lastChange({ sql }: Hub): Promise<number> {
  const [{ position }] = await sql<{ position: number }[]>`
    select coalesce(max(position), 0) as position from event where stream_type = 'subscription'`;
  return position;
}
