import { subscriptions, webhooks } from '@tsudoi/hub';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

/** How people outside listen to the log: each sees and changes what is their own. */
export const streamsRouter = router({
  webhooks: procedure('webhook.manage', 'any').query(({ ctx }) => webhooks(hub(), personOf(ctx))),
  registerWebhook: commandProcedure('webhook.register'),
  rotateWebhookSecret: commandProcedure('webhook.rotateSecret'),
  resumeWebhook: commandProcedure('webhook.resume'),
  deleteWebhook: commandProcedure('webhook.delete'),
  subscriptions: procedure('stream.subscribe', 'any').query(({ ctx }) => subscriptions(hub(), personOf(ctx))),
  openSubscription: commandProcedure('subscription.open'),
  closeSubscription: commandProcedure('subscription.close'),
});
