import { appendTo, load } from '../command/aggregate.ts';
import type { CommandContext } from '../command/handler.ts';
import type { StreamAppend } from '../log/append.ts';
import * as decide from './decide.ts';
import { webhook } from './webhook.ts';

/** Deletes a person's webhooks, in one group or everywhere. */
export async function deleteWebhooks(
  context: CommandContext,
  { personId, groupId }: { personId: string; groupId?: string },
): Promise<StreamAppend[]> {
  const { tx } = context;
  const rows = await tx<{ webhookId: string }[]>`
    select webhook_id as "webhookId" from webhook_owner
    where person_id = ${personId} and ${groupId ? tx`group_id = ${groupId}` : tx`true`} order by webhook_id`;
  const appends: StreamAppend[] = [];
  for (const { webhookId } of rows) {
    const target = await load(context, webhook, webhookId);
    appends.push(appendTo(webhook, webhookId, target, decide.remove(target.state, personId, webhookId)));
  }
  return appends;
}
