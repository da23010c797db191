import { replayWebhook, subscriptions, webhookDeliveries, webhooks } from '@tsudoi/hub';
import { WebhookId } from '@tsudoi/schema';
import { z } from 'zod';
import { get, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

/** How people outside listen to the log: each sees and changes what is their own. */
export const streamsRouter = router({
  webhooks: procedure('webhook.manage', get('/webhooks', '自分のWebhook', "One's own webhooks"), 'any').query(
    ({ ctx }) => webhooks(hub(), personOf(ctx)),
  ),
  registerWebhook: commandProcedure(
    'webhook.register',
    post('/webhooks', 'Webhookを登録する', 'Register a webhook'),
  ),
  rotateWebhookSecret: commandProcedure(
    'webhook.rotateSecret',
    post('/webhooks/{webhookId}/secrets', 'Webhookの鍵を替える', 'Rotate the secret of a webhook'),
  ),
  suspendWebhook: commandProcedure(
    'webhook.suspend',
    post('/webhooks/{webhookId}/suspension', 'Webhookを一時停止する', 'Pause a webhook'),
  ),
  resumeWebhook: commandProcedure(
    'webhook.resume',
    post('/webhooks/{webhookId}/resumption', '止まったWebhookを再開する', 'Resume a paused webhook'),
  ),
  deleteWebhook: commandProcedure(
    'webhook.delete',
    post('/webhooks/{webhookId}/deletion', 'Webhookを削除する', 'Delete a webhook'),
  ),
  deliveries: procedure(
    'webhook.manage',
    get('/webhooks/{webhookId}/deliveries', 'Webhookの送信履歴', 'What was delivered to a webhook'),
    'any',
  )
    .input(
      z.strictObject({
        webhookId: WebhookId,
        before: z.int().positive().optional(),
        limit: z.int().min(1).max(200).optional(),
      }),
    )
    .query(({ ctx, input }) => webhookDeliveries(hub(), personOf(ctx), input)),
  replayWebhook: procedure(
    'webhook.manage',
    post('/webhooks/{webhookId}/replay', '指定した位置から送り直す', 'Deliver again from a position'),
    'any',
  )
    .input(z.strictObject({ webhookId: WebhookId, afterPosition: z.int().nonnegative() }))
    .mutation(async ({ ctx, input }) => {
      await replayWebhook(hub(), personOf(ctx), input);
      return { afterPosition: input.afterPosition };
    }),
  subscriptions: procedure(
    'stream.subscribe',
    get('/subscriptions', '自分の購読', "One's own subscriptions"),
    'any',
  ).query(({ ctx }) => subscriptions(hub(), personOf(ctx))),
  openSubscription: commandProcedure(
    'subscription.open',
    post('/subscriptions', '購読を始める', 'Open a subscription'),
  ),
  issueCredential: commandProcedure(
    'subscription.issueCredential',
    post(
      '/subscriptions/{subscriptionId}/credentials',
      '購読の鍵を発行する',
      'Issue the NATS credential of a subscription',
    ),
  ),
  closeSubscription: commandProcedure(
    'subscription.close',
    post('/subscriptions/{subscriptionId}/closing', '購読を終える', 'Close a subscription'),
  ),
});
