import { randomInt } from 'node:crypto';
import {
  type Cursor,
  execute,
  type Hub,
  isSelected,
  type LiveWebhook,
  type LogWindow,
  letGo,
  type PostSettings,
  type PublicEvent,
  postOutside,
  recordAttempt,
  signDelivery,
  uuidV7,
  webhookSecrets,
} from '@tsudoi/hub';
import { type BackOff, waitAfter } from './back-off.ts';

export interface DeliverySettings extends PostSettings {
  backOff: BackOff;
}

/** So many events one endpoint gets before others have their turn. */
const turn = 50;
/**
 * So many pages of the log (200 events each) one endpoint looks through before it keeps its place: seconds, where a long log
 * of other things would take longer than a process may hold an endpoint.
 */
const pagesOfTurn = 250;
/** Gone: the receiver says itself that it does not come back. */
const GONE = 410;

/** Delivers to one endpoint, event by event in the log's order, until it has all, fails, or its turn is over. */
export async function deliver(
  hub: Hub,
  window: LogWindow,
  { webhook, cursor, signal }: { webhook: LiveWebhook; cursor: Cursor; signal: AbortSignal },
  settings: DeliverySettings,
): Promise<void> {
  const { webhookId } = webhook;
  let { position, failures } = cursor;
  /** Where the cursor in the database stands: it moves only with a success or at the end. */
  let filed = position;
  let waitMs = 0;
  for (let sent = 0, pages = 0; sent < turn && pages < pagesOfTurn && !signal.aborted; pages += 1) {
    const next = await nextFor(window, webhook, position);
    if (!next.event) {
      position = next.position;
      if (next.atEnd) break;
      continue;
    }
    const outcome = await attempt(hub, webhook, { event: next.event, failures, from: filed }, settings);
    if (outcome === 'moved')
      return letGo(hub.sql, { webhookId, position: filed, failures }, { from: -1, waitMs });
    if (!outcome.succeeded) {
      failures += 1;
      position = filed;
      const chance = randomInt(2 ** 32) / 2 ** 32;
      waitMs = waitAfter(failures, settings.backOff, { chance, retryAfter: outcome.retryAfter });
      if (failures >= settings.backOff.failuresAllowed || outcome.status === GONE) {
        failures = Math.max(failures, settings.backOff.failuresAllowed);
        await pause(hub, { webhookId, failures, lastStatus: outcome.status });
      }
      break;
    }
    sent += 1;
    failures = 0;
    position = next.event.envelope.position;
    filed = position;
  }
  await letGo(hub.sql, { webhookId, position, failures }, { from: filed, waitMs });
}

/** The next event after a position that the webhook is about, or how far there is none. */
async function nextFor(
  window: LogWindow,
  webhook: LiveWebhook,
  position: number,
): Promise<{ event: PublicEvent | null; position: number; atEnd: boolean }> {
  const page = await window.after(position);
  const event = page.find((one) => isSelected(one, webhook)) ?? null;
  return { event, position: page.at(-1)?.envelope.position ?? position, atEnd: page.length === 0 };
}

type Outcome = { succeeded: boolean; status: number | null; retryAfter: number | null };

async function attempt(
  hub: Hub,
  { webhookId, url }: LiveWebhook,
  { event, failures, from }: { event: PublicEvent; failures: number; from: number },
  settings: DeliverySettings,
): Promise<Outcome | 'moved'> {
  const { eventId, position } = event.envelope;
  const body = JSON.stringify(event.cloudEvent);
  const { secrets, at } = await webhookSecrets(hub, webhookId);
  const signed = signDelivery(secrets, { id: eventId, at, body });
  const headers = { 'content-type': 'application/cloudevents+json', 'user-agent': 'Tsudoi', ...signed };
  const { status, error, ms, retryAfter } = await postOutside(url, { headers, body }, settings);
  const succeeded = status !== null && status >= 200 && status < 300;
  const filed = { webhookId, position, eventId, attempt: failures + 1, status, error, ms };
  const stands = await recordAttempt(hub, filed, { from, succeeded });
  return stands ? { succeeded, status, retryAfter } : 'moved';
}

async function pause(
  hub: Hub,
  data: { webhookId: string; failures: number; lastStatus: number | null },
): Promise<void> {
  const actor = { kind: 'system' as const, name: 'webhooks' };
  await execute(hub, { type: 'webhook.pause', data }, { actor, commandId: uuidV7() });
}
