import { type Command, type Role, TokenScope } from '@tsudoi/schema';
import { ingestRecipe, proposal, runCard, smallNeeds } from '../testing/samples.ts';

/** What commands of a test may be about: few ids of each kind, so that they meet. */
export interface World {
  people: string[];
  groups: string[];
  sources: string[];
  sets: string[];
  items: string[];
  jobs: string[];
  runs: string[];
  releases: string[];
  artifacts: string[];
  credits: string[];
  webhooks: string[];
  subscriptions: string[];
  tokens: string[];
}

/** Draws from 0 (included) to 1; seeded by the caller, so that a failure can be played again. */
export type Chance = () => number;

export const pick = <T>(chance: Chance, from: readonly T[]): T => from[Math.floor(chance() * from.length)];

const values = ['low', 'high'].map((value) => ({ value, ja: value, en: value, helpJa: '', helpEn: '' }));
const categories = [{ key: 'safe', ja: '安全', en: 'Safe', scale: 'ordinal' as const, values }];
const reason = 'because';
const roles: Role[] = ['contributor', 'reviewer', 'lead', 'supervisor', 'admin'];

/** One command that people or processes may send, of a kind and about things drawn at random. Most are refused. */
export function randomCommand(world: World, chance: Chance): Command {
  const of = <T>(list: readonly T[]) => pick(chance, list);
  const ids = {
    ...{ personId: of(world.people), groupId: chance() < 0.3 ? null : of(world.groups) },
    ...{ sourceId: of(world.sources), setId: of(world.sets), itemId: of(world.items), jobId: of(world.jobs) },
    ...{ runId: of(world.runs), releaseId: of(world.releases), artifactId: of(world.artifacts) },
  };
  const make = of([
    about.people,
    about.sources,
    about.annotations,
    about.work,
    about.releases,
    about.outside,
  ]);
  return of(make(world, chance, ids)) as Command;
}

type Ids = Record<
  'personId' | 'sourceId' | 'setId' | 'itemId' | 'jobId' | 'runId' | 'releaseId' | 'artifactId',
  string
> & { groupId: string | null };

const command = <T extends Command['type']>(type: T, data: Extract<Command, { type: T }>['data']) =>
  ({ type, data }) as Command;

const about = {
  people: (world: World, chance: Chance, { personId, groupId }: Ids): Command[] => {
    const role = pick(chance, roles);
    const inGroup = groupId ?? world.groups[0];
    return [
      command('person.join', { personId, displayName: 'x', opennessAgreed: true }),
      command('person.grantRole', { personId, role, groupId }),
      command('person.revokeRole', { personId, role, groupId }),
      command('person.issueToken', {
        ...{ tokenId: pick(chance, world.tokens), label: 'x', groupId },
        scopes: [pick(chance, TokenScope.options)],
      }),
      command('person.revokeToken', { tokenId: pick(chance, world.tokens) }),
      ...(chance() < 0.04 ? [command('person.leave', {}), command('person.erase', { personId })] : []),
      command('group.create', {
        groupId: inGroup,
        slug: `g${inGroup.slice(-3)}`,
        nameJa: 'グループ',
        nameEn: 'Group',
      }),
      command('group.addMember', { groupId: inGroup, personId }),
      command('group.join', { groupId: inGroup }),
      command('group.removeMember', { groupId: inGroup, personId }),
      command('group.leave', { groupId: inGroup }),
    ];
  },
  sources: (_: World, chance: Chance, { sourceId, groupId, artifactId }: Ids): Command[] => {
    const licence = chance() < 0.1 ? 'CC-BY-NC-4.0' : 'CC-BY-4.0';
    const { groupId: __, ...revision } = proposal({ sourceId, licence });
    const verdict = pick(chance, ['accept', 'accept', 'accept', 'changes', 'reject'] as const);
    return [
      command('source.propose', proposal({ sourceId, groupId, licence })),
      command('source.revise', revision),
      command('source.review', { sourceId, verdict, comment: '' }),
      command('source.review', { sourceId, verdict: 'accept', comment: '' }),
      command('source.addEvidence', { sourceId, url: 'https://example.org', note: '', sha256: null }),
      command('source.markIngested', { sourceId, artifactId, documents: 1, bytes: 1 }),
      command('source.markIncluded', { sourceId, artifactId }),
      ...(chance() < 0.2 ? [command('source.withdraw', { sourceId, reason })] : []),
    ];
  },
  annotations: (_: World, chance: Chance, { setId, itemId, groupId }: Ids): Command[] => {
    const answers = { safe: pick(chance, ['low', 'high']) };
    const set = { setId, groupId, titleJa: 'セット', titleEn: 'A set', guideline: 'x', categories };
    const items = [{ itemId, content: { text: '質問', reply: null } }];
    const told = { licence: pick(chance, ['CC-BY-4.0', 'CC-BY-NC-4.0']), sensitive: true };
    return [
      command('annotation.drawUp', { ...set, reviewsPerItem: 2, settle: 'unanimous', ...told }),
      command('annotation.addItems', { setId, items }),
      command('annotation.open', { setId }),
      command('annotation.claim', { setId }),
      command('annotation.claim', { setId }),
      command('annotation.review', { itemId, answers, comment: '' }),
      command('annotation.review', { itemId, answers, comment: '' }),
      command('annotation.return', { itemId, reason }),
      command('annotation.adjudicate', { itemId, answers, reason }),
      command('annotation.freeze', { setId }),
      command('annotation.reopen', { setId, reason }),
      ...(chance() < 0.1 ? [command('annotation.withdrawItem', { itemId, reason })] : []),
    ];
  },
  work: (_: World, chance: Chance, { jobId, runId, sourceId, groupId, artifactId }: Ids): Command[] => [
    command('run.register', { runId, groupId, card: runCard([sourceId]) }),
    command('run.complete', { runId, modelArtifactId: artifactId, evaluationArtifactId: artifactId }),
    command('run.abandon', { runId, reason }),
    command('run.writePostMortem', { runId, summary: 'It did not go well.', cause: 'x', lessons: 'y' }),
    command('job.draft', {
      ...{ jobId, recipe: ingestRecipe(sourceId), inputs: [], sourceIds: [sourceId] },
      ...{ runId: chance() < 0.5 ? runId : null, needs: smallNeeds, maxEpochs: 2 },
      ...{ startCheck: chance() < 0.5, endCheck: chance() < 0.3 },
    }),
    command('job.approveStart', { jobId }),
    command('job.refuseStart', { jobId, reason }),
    command('job.approveEnd', { jobId }),
    command('job.sendBack', { jobId, reason }),
    command('job.cancel', { jobId, reason }),
    command('job.retry', { jobId, moreEpochs: 1 }),
  ],
  releases: (_: World, chance: Chance, { releaseId, groupId, artifactId }: Ids): Command[] => {
    const version = String(Math.floor(chance() * 3));
    const evidence = { kind: 'artifact' as const, artifactId };
    return [
      command('release.draft', {
        ...{ releaseId, groupId, artifactId, slug: 'tiny', version, notesJa: '', notesEn: '' },
      }),
      command('release.assessSafety', {
        releaseId,
        evidence,
        verdict: 'acceptable',
        statement: 'we looked at it',
      }),
      command('release.check', { releaseId }),
      command('release.approve', { releaseId }),
      command('release.approve', { releaseId }),
      command('release.publish', { releaseId }),
      ...(chance() < 0.1 ? [command('release.withdraw', { releaseId, reason })] : []),
    ];
  },
  outside: (world: World, chance: Chance, { personId, groupId, sourceId }: Ids): Command[] => {
    const creditId = pick(chance, world.credits);
    const webhookId = pick(chance, world.webhooks);
    const subscriptionId = pick(chance, world.subscriptions);
    const evidence = { streamType: 'source' as const, streamId: sourceId, position: null };
    return [
      command('credit.grant', { creditId, personId, groupId, rule: 'source-accepted', evidence }),
      command('credit.state', { creditId, personId, groupId, statement: 'led the group' }),
      command('credit.reverse', { creditId, reason }),
      command('webhook.register', { webhookId, groupId, url: 'https://example.org/h', topics: ['*'] }),
      command('webhook.rotateSecret', { webhookId }),
      command('webhook.pause', { webhookId, failures: 3, lastStatus: 500 }),
      command('webhook.suspend', { webhookId }),
      command('webhook.resume', { webhookId }),
      command('webhook.delete', { webhookId }),
      command('subscription.open', { subscriptionId, groupId, label: 'x', topics: ['source'] }),
      command('subscription.issueCredential', { subscriptionId }),
      command('subscription.close', { subscriptionId }),
    ];
  },
};
