import type { Command, CommandType } from '@tsudoi/schema';
import { requireScope } from '../access/scope.ts';
import * as annotation from '../annotation/handle.ts';
import * as credit from '../credit/handle.ts';
import * as group from '../group/handle.ts';
import { claimJob } from '../job/claim.ts';
import { approveJobEnd, completeJob } from '../job/complete.ts';
import * as job from '../job/handle.ts';
import * as person from '../person/handle.ts';
import * as release from '../release/handle.ts';
import * as run from '../run/handle.ts';
import * as source from '../source/handle.ts';
import * as subscription from '../subscription/handle.ts';
import * as token from '../token/handle.ts';
import * as webhook from '../webhook/handle.ts';
import type { CommandContext, Handler, Outcome } from './handler.ts';

const handlers: { [T in CommandType]: Handler<T> } = {
  'person.join': person.joinPerson,
  'person.agree': person.agreeToOpenness,
  'person.changeProfile': person.changeProfile,
  'person.chooseCredit': person.chooseCredit,
  'person.grantRole': person.grantRole,
  'person.revokeRole': person.revokeRole,
  'person.issueToken': token.issueToken,
  'person.revokeToken': token.revokeToken,
  'person.leave': person.leaveHub,
  'person.erase': person.erasePerson,
  'group.create': group.createGroup,
  'group.addMember': group.addMember,
  'group.removeMember': group.removeMember,
  'group.join': group.joinGroup,
  'group.leave': group.leaveGroupOneself,
  'source.propose': source.proposeSource,
  'source.revise': source.reviseSource,
  'source.addEvidence': source.addLicenceEvidence,
  'source.review': source.reviewSource,
  'source.withdraw': source.withdrawSource,
  'source.markIngested': source.markSourceIngested,
  'source.markIncluded': source.markSourceIncluded,
  'annotation.drawUp': annotation.drawUpSet,
  'annotation.addItems': annotation.addItems,
  'annotation.open': annotation.openSet,
  'annotation.claim': annotation.claimItem,
  'annotation.return': annotation.returnItem,
  'annotation.review': annotation.reviewItem,
  'annotation.adjudicate': annotation.adjudicateItem,
  'annotation.withdrawItem': annotation.withdrawItem,
  'annotation.freeze': annotation.freezeSet,
  'annotation.reopen': annotation.reopenSet,
  'run.register': run.registerRun,
  'run.start': run.startRun,
  'run.complete': run.completeRun,
  'run.fail': run.failRun,
  'run.abandon': run.abandonRun,
  'run.writePostMortem': run.writePostMortem,
  'job.draft': job.draftJob,
  'job.approveStart': job.approveJobStart,
  'job.refuseStart': job.refuseJobStart,
  'job.approveEnd': approveJobEnd,
  'job.sendBack': job.sendJobBack,
  'job.cancel': job.cancelJob,
  'job.retry': job.retryJob,
  'job.claim': claimJob,
  'job.checkpoint': job.checkpointJob,
  'job.complete': completeJob,
  'job.fail': job.failJob,
  'job.expireLease': job.expireLease,
  'release.draft': release.draftRelease,
  'release.assessSafety': release.assessSafety,
  'release.check': release.checkRelease,
  'release.approve': release.approveRelease,
  'release.publish': release.publishRelease,
  'release.withdraw': release.withdrawRelease,
  'credit.grant': credit.grantCredit,
  'credit.state': credit.stateCredit,
  'credit.reverse': credit.reverseCredit,
  'webhook.register': webhook.registerWebhook,
  'webhook.rotateSecret': webhook.rotateWebhookSecret,
  'webhook.pause': webhook.pauseWebhook,
  'webhook.suspend': webhook.suspendWebhook,
  'webhook.resume': webhook.resumeWebhook,
  'webhook.delete': webhook.deleteWebhook,
  'subscription.open': subscription.openSubscription,
  'subscription.issueCredential': subscription.issueSubscriptionCredential,
  'subscription.close': subscription.closeSubscription,
};

/** Nothing is decided before the sender's permission holds where the target of the command belongs. */
export async function handle(context: CommandContext, command: Command): Promise<Outcome> {
  await requireScope(context, context.actor, command);
  const handler = handlers[command.type] as (context: CommandContext, data: unknown) => Promise<Outcome>;
  return handler(context, command.data);
}
