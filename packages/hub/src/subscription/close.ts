import { appendTo, load } from '../command/aggregate.ts';
import type { CommandContext } from '../command/handler.ts';
import type { StreamAppend } from '../log/append.ts';
import * as decide from './decide.ts';
import { subscription } from './subscription.ts';

/** Closes what a person has subscribed to, in one group or everywhere. */
export async function closeSubscriptions(
  context: CommandContext,
  { personId, groupId }: { personId: string; groupId?: string },
  reason: 'left-group' | 'left-hub',
): Promise<StreamAppend[]> {
  const { tx } = context;
  const rows = await tx<{ subscriptionId: string }[]>`
    select subscription_id as "subscriptionId" from subscription_owner
    where person_id = ${personId} and ${groupId ? tx`group_id = ${groupId}` : tx`true`} order by subscription_id`;
  const appends: StreamAppend[] = [];
  for (const { subscriptionId } of rows) {
    const target = await load(context, subscription, subscriptionId);
    const closed = decide.close(target.state, personId, subscriptionId, reason);
    appends.push(appendTo(subscription, subscriptionId, target, closed));
  }
  return appends;
}
