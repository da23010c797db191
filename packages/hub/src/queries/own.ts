import {
  type CreditEntry,
  CreditEvidence,
  CreditRule,
  type Page,
  type SubscriptionSummary,
  subscriptionUser,
  type WebhookSummary,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { Iso } from './columns.ts';
import { type PageRequest, pageOf, readCursor } from './keyset.ts';

const CreditRow = z.object({
  creditId: z.string(),
  rule: CreditRule,
  evidence: CreditEvidence.nullable(),
  statement: z.string(),
  at: Iso,
  reversedAt: Iso.nullable(),
  reversedBecause: z.string().nullable(),
});

/** The ledger of one person, newest first, reversed entries included. */
export async function creditEntries(
  { sql }: Pick<Hub, 'sql'>,
  { personId, after, limit = 50 }: PageRequest & { personId: string },
): Promise<Page<CreditEntry>> {
  const cursor = readCursor(after);
  const rows = await sql`
    select credit_id as "creditId", rule, evidence, statement, at, reversed_at as "reversedAt",
           reversed_because as "reversedBecause"
    from view_credit where person_id = ${personId}
      and ${cursor ? sql`(at, credit_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}
    order by at desc, credit_id desc limit ${limit + 1}`;
  return pageOf(z.array(CreditRow).parse([...rows]), limit, ({ at, creditId }) => [at, creditId]);
}

const WebhookRow = z.object({
  webhookId: z.string(),
  groupId: z.string().nullable(),
  url: z.string(),
  topics: z.array(z.string()),
  state: z.enum(['live', 'paused']),
  failures: z.number(),
  lastStatus: z.number().nullable(),
  registeredAt: Iso,
  position: z.number().nullable(),
});

/** A person's webhooks, oldest first; there are never many. */
export async function webhooks({ sql }: Pick<Hub, 'sql'>, personId: string): Promise<WebhookSummary[]> {
  const rows = await sql`
    select webhook_id as "webhookId", group_id as "groupId", url, topics, state, failures,
           last_status as "lastStatus", registered_at as "registeredAt",
           (select position from webhook_cursor c where c.webhook_id = view_webhook.webhook_id) as position
    from view_webhook where person_id = ${personId} and state <> 'deleted' order by registered_at, webhook_id`;
  return z.array(WebhookRow).parse([...rows]);
}

const SubscriptionRow = z.object({
  subscriptionId: z.string(),
  groupId: z.string().nullable(),
  label: z.string(),
  topics: z.array(z.string()),
  afterPosition: z.number(),
  openedAt: Iso,
  credentialAt: Iso.nullable(),
  position: z.number(),
});

/** A person's open subscriptions, oldest first. */
export async function subscriptions(
  { sql }: Pick<Hub, 'sql'>,
  personId: string,
): Promise<SubscriptionSummary[]> {
  const rows = await sql`
    select subscription_id as "subscriptionId", group_id as "groupId", label, topics,
           after_position as "afterPosition", opened_at as "openedAt",
           (select at from event where stream_type = 'subscription' and stream_id = subscription_id::text
              and type = 'SubscriptionCredentialIssued' order by version desc limit 1) as "credentialAt",
           greatest(after_position, (select position from subscription_cursor c
              where c.subscription_id = view_subscription.subscription_id)) as position
    from view_subscription where person_id = ${personId} and closed_at is null order by opened_at, subscription_id`;
  return z
    .array(SubscriptionRow)
    .parse([...rows])
    .map((row) => ({ ...row, user: subscriptionUser(row.subscriptionId) }));
}
