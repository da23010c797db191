import {
  forgetOldDeliveries,
  type Hub,
  type LiveWebhook,
  LogWindow,
  liveWebhooks,
  nextDue,
  takeDue,
} from '@tsudoi/hub';
import { describeError, type Log } from '../roles/log.ts';
import { pause } from '../roles/wake.ts';
import { patient } from './back-off.ts';
import { type DeliverySettings, deliver } from './deliver.ts';

/** So many endpoints are spoken to at once; a slow one holds up none but itself. */
const AT_ONCE = 16;
const POLL = 5000;
const PAUSE = 2000;
const FORGET_EVERY = 3_600_000;

export type WebhookSettings = { source: string } & Partial<DeliverySettings> &
  Pick<DeliverySettings, 'allowLoopback'>;

/**
 * Delivers the log to webhooks. Each endpoint has its cursor in the database and is in one process's hands at a time, so
 * several processes share the work; whatever a killed one held is taken up when its time is over.
 */
export async function runWebhooks(
  hub: Hub,
  { source, ...settings }: WebhookSettings,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const delivery: DeliverySettings = { backOff: patient, ...settings };
  const window = new LogWindow(hub, { source });
  const busy = new Set<Promise<void>>();
  let roster: { at: number; webhooks: Map<string, LiveWebhook> } = { at: -1, webhooks: new Map() };
  let forgotten = 0;
  try {
    while (!signal.aborted) {
      try {
        const head = await window.head();
        if (Date.now() - forgotten > FORGET_EVERY) {
          await forgetOldDeliveries(hub.sql);
          forgotten = Date.now();
        }
        const at = await lastChange(hub);
        if (at !== roster.at) {
          const live = await liveWebhooks(hub.sql, delivery.backOff.failuresAllowed);
          roster = { at, webhooks: new Map(live.map((one) => [one.webhookId, one])) };
        }
        const ids = [...roster.webhooks.keys()];
        const due = await takeDue(hub.sql, ids, { head, limit: AT_ONCE - busy.size });
        for (const cursor of due) {
          const webhook = roster.webhooks.get(cursor.webhookId)!;
          const work = deliver(hub, window, { webhook, cursor, signal }, delivery)
            .catch((error) => {
              log.warn('a delivery was interrupted', {
                webhook: webhook.webhookId,
                error: describeError(error),
              });
            })
            .finally(() => busy.delete(work));
          busy.add(work);
        }
        const waitMs = Math.min(POLL, (await nextDue(hub.sql, ids)) ?? POLL);
        await Promise.race([window.wait(head, Math.max(waitMs, 20), signal), ...busy]);
      } catch (error) {
        log.warn('webhooks are tried again', { error: describeError(error) });
        await pause(PAUSE, signal);
      }
    }
  } finally {
    await Promise.allSettled(busy);
    await window.close();
  }
}

async function lastChange({ sql }: Hub): Promise<number> {
  const [{ position }] = await sql<{ position: number }[]>`
    select coalesce(max(position), 0) as position from event where stream_type = 'webhook'`;
  return position;
}
