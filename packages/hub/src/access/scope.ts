import {
  type Command,
  type CommandData,
  commandDefinition,
  type GroupCommandType,
  type HeldRole,
  type Permission,
  Rejection,
  rolesPermit,
  type Within,
} from '@tsudoi/schema';
import { annotationItem } from '../annotation/item.ts';
import { annotationSet } from '../annotation/set.ts';
import { type Histories, load } from '../command/aggregate.ts';
import { credit } from '../credit/credit.ts';
import { job } from '../job/job.ts';
import { person } from '../person/person.ts';
import { release } from '../release/release.ts';
import { run } from '../run/run.ts';
import { source } from '../source/source.ts';
import { subscription } from '../subscription/subscription.ts';
import { webhook } from '../webhook/webhook.ts';
import type { Actor } from './actor.ts';
import { tokenMay } from './permissions.ts';

/**
 * The second check of a command: the permission is held where its target belongs. Roles and targets are read as the
 * command's own transaction sees them.
 * @throws Rejection `auth.not-permitted-here`
 */
export async function requireScope(from: Histories, actor: Actor, command: Command): Promise<void> {
  if (actor.kind === 'system') return;
  const { by, scope } = commandDefinition(command.type);
  if (by === 'system') throw new Rejection('auth.not-permitted', { permission: by });
  const within: Within = scope === 'group' ? await groupOf(from, command) : scope === 'any' ? 'any' : null;
  if (!(await mayWithin(from, actor, by, within))) {
    throw new Rejection('auth.not-permitted-here', { permission: by });
  }
}

/** Whether an actor holds a permission there, in the eyes of the command's transaction. */
export async function mayWithin(
  from: Histories,
  actor: Actor,
  permission: Permission,
  within: Within,
): Promise<boolean> {
  if (actor.kind === 'system') return true;
  const { state } = await load(from, person, actor.personId);
  const roles: readonly HeldRole[] = state.roles;
  if (actor.kind === 'person') return rolesPermit(roles, permission, within);
  const token = state.tokens[actor.tokenId];
  return token?.state === 'live' && tokenMay(token, roles, permission, within);
}

type Locate<T extends GroupCommandType> = (from: Histories, data: CommandData<T>) => Promise<string | null>;

const named = (_: Histories, { groupId }: { groupId: string | null }) => Promise.resolve(groupId);

async function ofSource(from: Histories, { sourceId }: { sourceId: string }) {
  return (await load(from, source, sourceId)).state.groupId;
}

async function ofSet(from: Histories, { setId }: { setId: string }) {
  return (await load(from, annotationSet, setId)).state.draft?.groupId ?? null;
}

async function ofItem(from: Histories, { itemId }: { itemId: string }) {
  const { setId } = (await load(from, annotationItem, itemId)).state;
  return setId === null ? null : ofSet(from, { setId });
}

async function ofRun(from: Histories, { runId }: { runId: string }) {
  return (await load(from, run, runId)).state.groupId;
}

/** A job belongs to the group of its run, else of its source. */
async function ofJob(from: Histories, { jobId }: { jobId: string }) {
  const { draft } = (await load(from, job, jobId)).state;
  if (draft?.runId) return ofRun(from, { runId: draft.runId });
  return draft?.sourceIds[0] ? ofSource(from, { sourceId: draft.sourceIds[0] }) : null;
}

async function ofRelease(from: Histories, { releaseId }: { releaseId: string }) {
  return (await load(from, release, releaseId)).state.draft?.groupId ?? null;
}

async function ofCredit(from: Histories, { creditId }: { creditId: string }) {
  return (await load(from, credit, creditId)).state.groupId;
}

async function ofWebhook(from: Histories, { webhookId }: { webhookId: string }) {
  return (await load(from, webhook, webhookId)).state.groupId;
}

async function ofSubscription(from: Histories, { subscriptionId }: { subscriptionId: string }) {
  return (await load(from, subscription, subscriptionId)).state.groupId;
}

/** Where the target of each group-scoped command belongs; null: to the whole hub, or it does not exist. */
const locate: { [T in GroupCommandType]: Locate<T> } = {
  'person.grantRole': named,
  'person.revokeRole': named,
  'group.addMember': named,
  'group.removeMember': named,
  'source.propose': named,
  'source.revise': ofSource,
  'source.addEvidence': ofSource,
  'source.review': ofSource,
  'source.withdraw': ofSource,
  'annotation.drawUp': named,
  'annotation.addItems': ofSet,
  'annotation.open': ofSet,
  'annotation.claim': ofSet,
  'annotation.return': ofItem,
  'annotation.review': ofItem,
  'annotation.adjudicate': ofItem,
  'annotation.withdrawItem': ofItem,
  'annotation.freeze': ofSet,
  'annotation.reopen': ofSet,
  'run.register': named,
  'run.abandon': ofRun,
  'run.writePostMortem': ofRun,
  'job.approveStart': ofJob,
  'job.refuseStart': ofJob,
  'job.approveEnd': ofJob,
  'job.sendBack': ofJob,
  'job.cancel': ofJob,
  'job.retry': ofJob,
  'release.draft': named,
  'release.check': ofRelease,
  'release.approve': ofRelease,
  'release.publish': ofRelease,
  'release.withdraw': ofRelease,
  'credit.state': named,
  'credit.reverse': ofCredit,
  'webhook.register': named,
  'webhook.rotateSecret': ofWebhook,
  'webhook.suspend': ofWebhook,
  'webhook.resume': ofWebhook,
  'webhook.delete': ofWebhook,
  'subscription.open': named,
  'subscription.issueCredential': ofSubscription,
  'subscription.close': ofSubscription,
};

function groupOf(from: Histories, { type, data }: Command): Promise<string | null> {
  const find = locate[type as GroupCommandType] as Locate<GroupCommandType>;
  return find(from, data as CommandData<GroupCommandType>);
}
