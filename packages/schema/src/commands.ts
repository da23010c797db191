import { z } from 'zod';
import { ReviewVerdict } from './events/source.ts';
import { ArtifactId, CommandId, GroupId, JobId, PersonId, RunId, Sha256, SourceId, TokenId } from './ids.ts';
import { ArtifactDraft } from './manifest.ts';
import type { Permission } from './permissions.ts';
import { Role, TokenScope } from './permissions.ts';
import { Needs, PretrainSettings, Recipe, RunCard } from './recipes.ts';
import { RejectionValue } from './rejection.ts';
import { SourcePart, UseRights } from './source-part.ts';

/** Who may send a command: a person or node that holds the permission, or only the hub's own processes. */
type Sender = { by: Permission } | { by: 'system' };

function command<Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  by: Sender['by'],
  shape: Shape,
) {
  return { type, by, data: z.strictObject(shape) };
}

const title = z.string().trim().min(3).max(120);
const Epoch = z.int().min(1);

export const commandDefinitions = [
  // person, group
  command('person.join', 'system', {
    personId: PersonId,
    displayName: z.string().trim().min(1).max(80), // goes to the profile table, never into the log
    opennessAgreed: z.boolean(),
  }),
  command('person.grantRole', 'person.manage', {
    personId: PersonId,
    role: Role,
    groupId: GroupId.nullable(),
  }),
  command('person.revokeRole', 'person.manage', {
    personId: PersonId,
    role: Role,
    groupId: GroupId.nullable(),
  }),
  command('person.issueToken', 'token.issue', {
    tokenId: TokenId,
    label: z.string().trim().min(1).max(80),
    scopes: z.array(TokenScope).min(1),
  }),
  command('person.revokeToken', 'person.self', { tokenId: TokenId }),
  command('group.create', 'group.manage', {
    groupId: GroupId,
    slug: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
    nameJa: title,
    nameEn: title,
  }),
  command('group.addMember', 'group.manage', { groupId: GroupId, personId: PersonId }),
  // source
  command('source.propose', 'source.propose', {
    sourceId: SourceId,
    groupId: GroupId.nullable(),
    titleJa: title,
    titleEn: title,
    description: z.string().trim().max(4000),
    licence: z.string().trim().min(1).max(500),
    evidenceUrl: z.url({ protocol: /^https?$/ }),
    rights: UseRights,
    parts: z.array(SourcePart).min(1).max(20),
  }),
  command('source.review', 'source.review', {
    sourceId: SourceId,
    verdict: ReviewVerdict,
    comment: z.string().trim().max(4000),
  }),
  command('source.withdraw', 'source.withdraw', {
    sourceId: SourceId,
    reason: z.string().trim().min(1).max(2000),
  }),
  command('source.markIngested', 'system', {
    sourceId: SourceId,
    artifactId: ArtifactId,
    documents: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
  }),
  // run
  command('run.register', 'run.register', { runId: RunId, groupId: GroupId.nullable(), card: RunCard }),
  command('run.start', 'node.work', { runId: RunId, jobId: JobId, epoch: Epoch, settings: PretrainSettings }),
  command('run.complete', 'system', {
    runId: RunId,
    modelArtifactId: ArtifactId,
    evaluationArtifactId: ArtifactId,
  }),
  command('run.fail', 'system', { runId: RunId, jobId: JobId, rejection: RejectionValue }),
  // job
  command('job.draft', 'system', {
    jobId: JobId,
    recipe: Recipe,
    inputs: z.array(ArtifactId),
    sourceIds: z.array(SourceId),
    runId: RunId.nullable(),
    needs: Needs,
    startCheck: z.boolean(),
    maxEpochs: z.int().min(1).max(100),
  }),
  command('job.approveStart', 'job.approve', { jobId: JobId }),
  /** Without `jobId` the oldest queued job that fits is taken. */
  command('job.claim', 'node.work', {
    jobId: JobId.nullable(),
    node: z.string().min(1).max(80),
    offers: Needs,
  }),
  command('job.checkpoint', 'node.work', {
    jobId: JobId,
    epoch: Epoch,
    step: z.int().nonnegative(),
    sha256: Sha256,
    size: z.int().positive(),
  }),
  command('job.complete', 'node.work', {
    jobId: JobId,
    epoch: Epoch,
    codeCommit: z.string().max(80),
    outputs: z.array(ArtifactDraft).min(1).max(20),
  }),
  command('job.fail', 'node.work', {
    jobId: JobId,
    epoch: Epoch,
    rejection: RejectionValue,
    retryable: z.boolean(),
  }),
  command('job.expireLease', 'system', { jobId: JobId, epoch: Epoch }),
] as const;

type Definitions = typeof commandDefinitions;
export type CommandType = Definitions[number]['type'];
export type CommandData<T extends CommandType> = z.infer<Extract<Definitions[number], { type: T }>['data']>;
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
