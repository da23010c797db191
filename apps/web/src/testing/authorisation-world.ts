import { randomUUID } from 'node:crypto';
import { type Actor, authenticateToken } from '@tsudoi/hub';
import { type Command, type Role, TokenScope } from '@tsudoi/schema';
import { ingestRecipe, runCard, smallNeeds } from '../../../../packages/hub/src/testing/samples.ts';
import { completedJob, send } from '../../../../packages/hub/src/testing/scenario.ts';
import { type Portal, proposal } from './portal.ts';
import { categories, type Known } from './sample-input.ts';

/** Who the authorisation table is about: a column each. Group A owns everything that is asked about; B is another. */
export const columns = [
  ['anonymous', null, null],
  ['contributor', 'contributor', 'hub'],
  ['reviewer A', 'reviewer', 'A'],
  ['reviewer B', 'reviewer', 'B'],
  ['reviewer', 'reviewer', 'hub'],
  ['lead A', 'lead', 'A'],
  ['lead B', 'lead', 'B'],
  ['lead', 'lead', 'hub'],
  ['supervisor A', 'supervisor', 'A'],
  ['supervisor B', 'supervisor', 'B'],
  ['supervisor', 'supervisor', 'hub'],
  ['admin A', 'admin', 'A'],
  ['admin B', 'admin', 'B'],
  ['admin', 'admin', 'hub'],
] as const satisfies readonly (readonly [string, Role | null, 'A' | 'B' | 'hub' | null])[];

export interface World {
  /** Things of group A, by the field that names them. */
  known: Known;
  actors: { name: string; actor: Actor | null }[];
  /** Tokens with one scope each, of somebody who holds every role for the whole hub. */
  tokens: { scope: TokenScope; actor: Actor }[];
  /** Somebody who has joined and has nothing to do with any of it. */
  stranger(): Promise<{ kind: 'person'; personId: string }>;
}

const as = (personId: string) => ({ kind: 'person' as const, personId });

export async function buildWorld(portal: Portal): Promise<World> {
  const { hub, person, system } = portal;
  const [A, B] = [await newGroup(portal, 'group-a'), await newGroup(portal, 'group-b')];
  const places = { A, B, hub: null };
  const owner = await person('持ち主', ['contributor']);
  await roleIn(portal, owner, 'lead', A);
  const someone = await person('だれか', ['contributor']);
  const actors: World['actors'] = [];
  for (const [name, role, place] of columns) {
    if (role === null) actors.push({ name, actor: null });
    else {
      const personId = await person(name, []);
      // Joining makes a contributor everywhere; here each column shall show one role alone.
      await system({ type: 'person.revokeRole', data: { personId, role: 'contributor', groupId: null } });
      await roleIn(portal, personId, role, places[place]);
      actors.push({ name, actor: as(personId) });
    }
  }
  const everything = await person('全権', ['reviewer', 'lead', 'supervisor', 'admin']);
  const tokens: World['tokens'] = [];
  for (const scope of TokenScope.options) {
    const { bearer } = await portal.token(everything, [scope]);
    const secret = bearer.authorization.replace('Bearer ', '');
    tokens.push({ scope, actor: await authenticateToken(hub, secret) });
  }
  const known = await thingsOf(portal, owner, A);
  return {
    known: { ...known, groupId: A, personId: someone },
    actors,
    tokens,
    stranger: async () => as(await person('他人', ['contributor'])),
  };
}

async function newGroup({ system }: Portal, slug: string): Promise<string> {
  const groupId = randomUUID();
  await system({ type: 'group.create', data: { groupId, slug, nameJa: 'グループ', nameEn: slug } });
  return groupId;
}

async function roleIn({ system }: Portal, personId: string, role: Role, groupId: string | null) {
  if (groupId !== null) await system({ type: 'group.addMember', data: { groupId, personId } });
  await system({ type: 'person.grantRole', data: { personId, role, groupId } });
}

/** One of everything that a procedure can be about, all of one person and one group. */
async function thingsOf(
  { hub, system, token, person }: Portal,
  owner: string,
  groupId: string,
): Promise<Known> {
  const ids = ['source', 'set', 'item', 'run', 'job', 'release', 'credit', 'webhook', 'subscription'];
  const known = Object.fromEntries(ids.map((name) => [`${name}Id`, randomUUID()])) as Record<string, string>;
  const { sourceId, setId, itemId, runId, jobId, releaseId, creditId, webhookId, subscriptionId } =
    known as Record<
      | 'sourceId'
      | 'setId'
      | 'itemId'
      | 'runId'
      | 'jobId'
      | 'releaseId'
      | 'creditId'
      | 'webhookId'
      | 'subscriptionId',
      string
    >;
  const own = (command: Command) => send(hub, as(owner), command);
  const { commandId: _, ...draft } = proposal({ sourceId, groupId });
  await own({ type: 'source.propose', data: draft } as Command);
  for (const name of ['一', '二']) {
    const reviewer = as(await person(name, ['reviewer']));
    await send(hub, reviewer, { type: 'source.review', data: { sourceId, verdict: 'accept', comment: '' } });
  }
  await own({
    type: 'annotation.drawUp',
    data: {
      ...{ setId, groupId, titleJa: 'セット', titleEn: 'A set', guideline: 'x', categories },
      ...{ reviewsPerItem: 2, settle: 'unanimous', licence: 'CC-BY-4.0', sensitive: false },
    },
  });
  const items = [{ itemId, content: { text: '質問', reply: null } }];
  await own({ type: 'annotation.addItems', data: { setId, items } });
  await own({ type: 'annotation.open', data: { setId } });
  await own({ type: 'run.register', data: { runId, groupId, card: runCard([sourceId]) } });
  const job = { recipe: ingestRecipe(sourceId), inputs: [], sourceIds: [sourceId], runId, needs: smallNeeds };
  await system({ type: 'job.draft', data: { ...job, jobId, startCheck: true, maxEpochs: 3 } });
  const other = randomUUID();
  await system({ type: 'job.draft', data: { ...job, jobId: other, startCheck: false, maxEpochs: 3 } });
  const artifactId = await completedJob(hub, other, 'documents');
  const notes = { notesJa: '', notesEn: '' };
  await own({
    type: 'release.draft',
    data: { releaseId, groupId, artifactId, slug: 'first', version: '1', ...notes },
  });
  const evidence = { streamType: 'source' as const, streamId: sourceId, position: null };
  await system({
    type: 'credit.grant',
    data: { creditId, personId: owner, groupId, rule: 'source-accepted', evidence },
  });
  await own({
    type: 'webhook.register',
    data: { webhookId, groupId, url: 'https://example.org/h', topics: ['source'] },
  });
  await own({ type: 'subscription.open', data: { subscriptionId, groupId, label: 'x', topics: ['source'] } });
  const { tokenId } = await token(owner, ['source.propose']);
  return { ...known, artifactId, tokenId };
}
