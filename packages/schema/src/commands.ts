import { z } from 'zod';
import { Answers, Categories, ItemContent, SettleRule } from './annotation.ts';
import { CreditEvidence, CreditRule } from './credit.ts';
import { ReviewVerdict } from './events/source.ts';
import {
  AnnotationItemId,
  AnnotationSetId,
  ArtifactId,
  CommandId,
  CreditId,
  GroupId,
  JobId,
  PersonId,
  ReleaseId,
  RunId,
  Sha256,
  SourceId,
  SubscriptionId,
  TokenId,
  WebhookId,
} from './ids.ts';
import { ArtifactDraft } from './manifest.ts';
import type { Permission } from './permissions.ts';
import { Role, TokenScope } from './permissions.ts';
import { Needs, PretrainSettings, Recipe, RunCard } from './recipes.ts';
import { RejectionValue } from './rejection.ts';
import { SafetyEvidence, SafetyVerdict } from './release.ts';
import { SourcePart, UseRights } from './source-part.ts';
import { Topics } from './topics.ts';
import { Verification } from './verification.ts';

/** Who may send a command: a person or node that holds the permission, or only the hub's own processes. */
type Sender = { by: Permission } | { by: 'system' };

/**
 * Where the permission must be held. `hub`: for the whole hub. `group`: in the working group that the target belongs to,
 * or for the whole hub. `any`: anywhere, because the decision looks only at what is the sender's own.
 */
export type CommandScope = 'hub' | 'group' | 'any';

function command<Type extends string, Shape extends z.ZodRawShape, Scope extends CommandScope>(
  type: Type,
  by: Sender['by'],
  scope: Scope,
  shape: Shape,
) {
  return { type, by, scope, data: z.strictObject(shape) };
}

const title = z.string().trim().min(3).max(120);
const reason = z.string().trim().min(1).max(2000);
const prose = z.string().trim().max(4000);
const Epoch = z.int().min(1);
const displayName = z.string().trim().min(1).max(80);
const webAddress = z.url({ protocol: /^https?$/ }).max(2000);

const proposal = {
  titleJa: title,
  titleEn: title,
  description: prose,
  licence: z.string().trim().min(1).max(500),
  evidenceUrl: webAddress,
  rights: UseRights,
  parts: z.array(SourcePart).min(1).max(20),
};
const roleIn = { personId: PersonId, role: Role, groupId: GroupId.nullable() };

export const commandDefinitions = [
  // person
  command('person.join', 'system', 'hub', {
    personId: PersonId,
    displayName, // goes into the log sealed, and to the profile table
    opennessAgreed: z.boolean(),
    /** Version of the text that was agreed to; without it the newest. */
    openness: z.string().max(40).optional(),
  }),
  command('person.agree', 'person.self', 'any', { openness: z.string().max(40) }),
  command('person.changeProfile', 'person.self', 'any', {
    displayName,
    email: z.email().max(200).nullable(),
  }),
  /** Whether lists of credits and the CREDITS of releases say one's name, or a number in its place. */
  command('person.chooseCredit', 'person.self', 'any', { named: z.boolean() }),
  command('person.grantRole', 'person.manage', 'group', roleIn),
  command('person.revokeRole', 'person.manage', 'group', roleIn),
  command('person.issueToken', 'token.issue', 'any', {
    tokenId: TokenId,
    label: z.string().trim().min(1).max(80),
    scopes: z.array(TokenScope).min(1),
    groupId: GroupId.nullable().optional(),
    /** Without it the token lives until it is revoked. */
    days: z.int().min(1).max(366).optional(),
  }),
  command('person.revokeToken', 'person.self', 'any', { tokenId: TokenId }),
  command('person.leave', 'person.self', 'any', {}),
  /** One's own data, or somebody's who asked whoever manages people. Leaves first if need be. Cannot be undone. */
  command('person.erase', 'person.self', 'any', { personId: PersonId }),
  // group
  command('group.create', 'group.manage', 'hub', {
    groupId: GroupId,
    slug: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
    nameJa: title,
    nameEn: title,
  }),
  command('group.addMember', 'group.manage', 'group', { groupId: GroupId, personId: PersonId }),
  command('group.removeMember', 'group.manage', 'group', { groupId: GroupId, personId: PersonId }),
  /** Working groups are open to everybody who joined; roles in them are granted. */
  command('group.join', 'person.self', 'any', { groupId: GroupId }),
  command('group.leave', 'person.self', 'any', { groupId: GroupId }),
  // source
  command('source.propose', 'source.propose', 'group', {
    sourceId: SourceId,
    groupId: GroupId.nullable(),
    ...proposal,
  }),
  command('source.revise', 'source.propose', 'group', { sourceId: SourceId, ...proposal }),
  command('source.addEvidence', 'source.propose', 'group', {
    sourceId: SourceId,
    url: webAddress,
    note: prose,
    sha256: Sha256.nullable(),
  }),
  command('source.review', 'source.review', 'group', {
    sourceId: SourceId,
    verdict: ReviewVerdict,
    comment: prose,
  }),
  command('source.withdraw', 'source.withdraw', 'group', { sourceId: SourceId, reason }),
  command('source.markIngested', 'system', 'hub', {
    sourceId: SourceId,
    artifactId: ArtifactId,
    documents: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
  }),
  command('source.markIncluded', 'system', 'hub', { sourceId: SourceId, artifactId: ArtifactId }),
  // annotation
  command('annotation.drawUp', 'annotation.manage', 'group', {
    setId: AnnotationSetId,
    groupId: GroupId.nullable(),
    titleJa: title,
    titleEn: title,
    guideline: z.string().trim().min(1).max(8000),
    categories: Categories,
    reviewsPerItem: z.int().min(2).max(9),
    settle: SettleRule,
    /** SPDX expression of the texts and their labels: everything in the log is public, so it must allow passing on. */
    licence: z.string().trim().min(1).max(500),
    /** The texts may disturb: nobody sees one without having been warned. */
    sensitive: z.boolean(),
  }),
  command('annotation.addItems', 'annotation.annotate', 'group', {
    setId: AnnotationSetId,
    items: z
      .array(z.strictObject({ itemId: AnnotationItemId, content: ItemContent }))
      .min(1)
      .max(100)
      .refine((items) => new Set(items.map(({ itemId }) => itemId)).size === items.length, {
        error: 'an item is there twice',
      }),
  }),
  command('annotation.open', 'annotation.manage', 'group', { setId: AnnotationSetId }),
  /** The next item that waits for this reviewer; one that is held already comes again. Null when there is none. */
  command('annotation.claim', 'annotation.annotate', 'group', { setId: AnnotationSetId }),
  command('annotation.return', 'annotation.annotate', 'group', { itemId: AnnotationItemId, reason }),
  command('annotation.review', 'annotation.annotate', 'group', {
    itemId: AnnotationItemId,
    answers: Answers,
    comment: prose,
  }),
  command('annotation.adjudicate', 'annotation.adjudicate', 'group', {
    itemId: AnnotationItemId,
    answers: Answers,
    reason,
  }),
  command('annotation.withdrawItem', 'annotation.annotate', 'group', { itemId: AnnotationItemId, reason }),
  command('annotation.freeze', 'annotation.manage', 'group', { setId: AnnotationSetId }),
  command('annotation.reopen', 'annotation.manage', 'group', { setId: AnnotationSetId, reason }),
  // run
  command('run.register', 'run.register', 'group', {
    runId: RunId,
    groupId: GroupId.nullable(),
    card: RunCard,
    supersedes: RunId.nullable().optional(),
  }),
  command('run.start', 'node.work', 'any', {
    runId: RunId,
    jobId: JobId,
    epoch: Epoch,
    settings: PretrainSettings,
  }),
  command('run.complete', 'system', 'hub', {
    runId: RunId,
    modelArtifactId: ArtifactId,
    evaluationArtifactId: ArtifactId,
  }),
  command('run.fail', 'system', 'hub', { runId: RunId, jobId: JobId, rejection: RejectionValue }),
  /** Ends a run that shall not go on, and cancels its open jobs. */
  command('run.abandon', 'run.register', 'group', { runId: RunId, reason }),
  command('run.writePostMortem', 'run.register', 'group', {
    runId: RunId,
    summary: z.string().trim().min(10).max(4000),
    cause: z.string().trim().min(1).max(4000),
    lessons: z.string().trim().min(1).max(4000),
  }),
  // job
  command('job.draft', 'system', 'hub', {
    jobId: JobId,
    recipe: Recipe,
    inputs: z.array(ArtifactId),
    sourceIds: z.array(SourceId),
    runId: RunId.nullable(),
    needs: Needs,
    startCheck: z.boolean(),
    endCheck: z.boolean().optional(),
    verification: Verification.optional(),
    maxEpochs: z.int().min(1).max(100),
  }),
  command('job.approveStart', 'job.approve', 'group', { jobId: JobId }),
  command('job.refuseStart', 'job.approve', 'group', { jobId: JobId, reason }),
  command('job.approveEnd', 'job.approve', 'group', { jobId: JobId }),
  /** The result does not do: the job is queued again, or fails if no lease is left. */
  command('job.sendBack', 'job.approve', 'group', { jobId: JobId, reason }),
  command('job.cancel', 'job.manage', 'group', { jobId: JobId, reason }),
  command('job.retry', 'job.manage', 'group', { jobId: JobId, moreEpochs: z.int().min(1).max(20) }),
  /** Without `jobId` the oldest queued job that fits is taken. */
  command('job.claim', 'node.work', 'any', {
    jobId: JobId.nullable(),
    node: z.string().min(1).max(80),
    offers: Needs,
  }),
  command('job.checkpoint', 'node.work', 'any', {
    jobId: JobId,
    epoch: Epoch,
    step: z.int().nonnegative(),
    sha256: Sha256,
    size: z.int().positive(),
  }),
  command('job.complete', 'node.work', 'any', {
    jobId: JobId,
    epoch: Epoch,
    codeCommit: z.string().max(80),
    outputs: z.array(ArtifactDraft).min(1).max(20),
  }),
  command('job.fail', 'node.work', 'any', {
    jobId: JobId,
    epoch: Epoch,
    rejection: RejectionValue,
    retryable: z.boolean(),
  }),
  command('job.expireLease', 'system', 'hub', { jobId: JobId, epoch: Epoch }),
  // release
  command('release.draft', 'release.draft', 'group', {
    releaseId: ReleaseId,
    groupId: GroupId.nullable(),
    artifactId: ArtifactId,
    slug: z.string().regex(/^[A-Za-z0-9][\w.-]{1,95}$/),
    version: z.string().regex(/^[\w][\w.+-]{0,39}$/),
    notesJa: prose,
    notesEn: prose,
  }),
  /** Anybody who may assess anywhere: a judgement from outside the releasing group is welcome. */
  command('release.assessSafety', 'release.assess', 'any', {
    releaseId: ReleaseId,
    evidence: SafetyEvidence,
    verdict: SafetyVerdict,
    statement: z.string().trim().min(10).max(4000),
  }),
  command('release.check', 'release.draft', 'group', { releaseId: ReleaseId }),
  command('release.approve', 'release.approve', 'group', { releaseId: ReleaseId }),
  command('release.publish', 'release.approve', 'group', { releaseId: ReleaseId }),
  command('release.withdraw', 'release.approve', 'group', { releaseId: ReleaseId, reason }),
  // credit
  command('credit.grant', 'system', 'hub', {
    creditId: CreditId,
    personId: PersonId,
    groupId: GroupId.nullable(),
    rule: CreditRule.exclude(['statement']),
    evidence: CreditEvidence,
  }),
  command('credit.state', 'credit.manage', 'group', {
    creditId: CreditId,
    personId: PersonId,
    groupId: GroupId.nullable(),
    statement: z.string().trim().min(3).max(500),
  }),
  command('credit.reverse', 'credit.manage', 'group', { creditId: CreditId, reason }),
  // webhook
  command('webhook.register', 'webhook.manage', 'group', {
    webhookId: WebhookId,
    groupId: GroupId.nullable(),
    url: webAddress,
    topics: Topics,
  }),
  command('webhook.rotateSecret', 'webhook.manage', 'group', { webhookId: WebhookId }),
  command('webhook.pause', 'system', 'hub', {
    webhookId: WebhookId,
    failures: z.int().min(1),
    lastStatus: z.int().nullable(),
  }),
  /** Its owner wants no deliveries for a while. What happens meanwhile is delivered after it is resumed. */
  command('webhook.suspend', 'webhook.manage', 'group', { webhookId: WebhookId }),
  command('webhook.resume', 'webhook.manage', 'group', { webhookId: WebhookId }),
  command('webhook.delete', 'webhook.manage', 'group', { webhookId: WebhookId }),
  // subscription
  command('subscription.open', 'stream.subscribe', 'group', {
    subscriptionId: SubscriptionId,
    groupId: GroupId.nullable(),
    label: z.string().trim().min(1).max(80),
    topics: Topics,
    /** Without it the subscription begins with what happens from now on. */
    afterPosition: z.int().nonnegative().optional(),
  }),
  command('subscription.issueCredential', 'stream.subscribe', 'group', { subscriptionId: SubscriptionId }),
  command('subscription.close', 'stream.subscribe', 'group', { subscriptionId: SubscriptionId }),
] as const;

type Definitions = typeof commandDefinitions;
export type CommandType = Definitions[number]['type'];
export type CommandData<T extends CommandType> = z.infer<Extract<Definitions[number], { type: T }>['data']>;
/** The commands whose permission counts in one working group only. */
export type GroupCommandType = Extract<Definitions[number], { scope: 'group' }>['type'];
export type Command = { [T in CommandType]: { type: T; data: CommandData<T> } }[CommandType];

export function commandDefinition<T extends CommandType>(type: T): Extract<Definitions[number], { type: T }> {
  const found = commandDefinitions.find((definition) => definition.type === type);
  if (!found) throw new Error(`command ${type} is not defined`);
  return found as Extract<Definitions[number], { type: T }>;
}

/** Every mutation carries the id its client made, so that a retry is safe for ever. */
export const CommandHeader = z.strictObject({ commandId: CommandId });

export const CommandResult = z.object({
  position: z.int(), // of the last event appended, or of the one a repeated command appended earlier
  result: z.unknown(),
});

/** What a worker gets with a lease. */
export const Lease = z.object({
  jobId: JobId,
  epoch: Epoch,
  expiresAt: z.iso.datetime(),
  heartbeatSeconds: z.number().positive(),
  recipe: Recipe,
  runId: RunId.nullable(),
  sourceIds: z.array(SourceId),
  inputs: z.array(
    z.object({
      artifactId: ArtifactId,
      kind: z.string(),
      sourceIds: z.array(SourceId),
      stats: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
      files: z.array(z.object({ path: z.string(), sha256: Sha256, size: z.int() })),
    }),
  ),
  checkpoint: z.object({ step: z.int(), sha256: Sha256, size: z.int() }).nullable(),
  traceparent: z.string().nullable(),
});
export type Lease = z.infer<typeof Lease>;
