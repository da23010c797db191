import { createHash } from 'node:crypto';
import {
  type Command,
  commandDefinition,
  type DomainEvent,
  deterministicId,
  type HeldRole,
  permissionsOfRole,
  type RecordedEvent,
  Rejection,
  type Role,
  rolesPermit,
} from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, actorKey } from '../access/actor.ts';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { readLog } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { person } from '../person/person.ts';
import { rebuild } from '../projections/rebuild.ts';
import { allProjections } from '../projections/registry.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { acceptedSource, completedJob, draftedJob, send, system } from '../testing/scenario.ts';
import { verifyProjections } from '../verify/verify-projections.ts';
import { type Chance, pick, randomCommand, type World } from './random-command.ts';

const seed = process.env.LIVES_SEED ?? '2026-11-22';
const commands = 1200;

let testHub: TestHub;
let hub: Hub;
let log: RecordedEvent[];
/** What was sent under each command id, and by whom. */
const sent = new Map<string, { command: Command; actor: Actor }>();
let refusals = 0;

beforeAll(async () => {
  testHub = await createTestHub({ reviewQuorum: 2 });
  hub = testHub.hub;
  const chance = chanceOf(seed);
  const world = worldOf();
  await found(world);
  for (let i = 0; i < commands; i += 10) {
    // Ten at a time: they meet in one transaction as commands of busy people do.
    await Promise.all(Array.from({ length: 10 }, () => attempt(randomCommand(world, chance), world, chance)));
  }
  for (const personId of world.people.slice(-3)) {
    // However the dice fell: some leave in the end. Refused to whoever has left before.
    await sendAs({ kind: 'person', personId }, { type: 'person.leave', data: {} }).catch(ignoreRefusal);
  }
  log = await readLog(hub.sql, 0, 100_000);
});
afterAll(() => testHub.drop());

function chanceOf(from: string): Chance {
  let state = createHash('sha256').update(from).digest();
  let at = 0;
  return () => {
    if (at > 28) {
      state = createHash('sha256').update(state).digest();
      at = 0;
    }
    at += 4;
    return state.readUInt32BE(at - 4) / 2 ** 32;
  };
}

function worldOf(): World {
  const some = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => deterministicId(seed, kind, i));
  return {
    ...{
      people: some('person', 16),
      groups: some('group', 2),
      sources: some('source', 4),
      sets: some('set', 1),
    },
    ...{ items: some('item', 5), jobs: some('job', 4), runs: some('run', 3), releases: some('release', 2) },
    ...{ credits: some('credit', 4), webhooks: some('webhook', 4), subscriptions: some('subscription', 4) },
    ...{ tokens: some('token', 4), artifacts: [] },
  };
}

/** The role of each person in the beginning; the others are contributors and no more. */
const held: readonly Role[] = [
  ...(['lead', 'admin', 'lead', 'reviewer', 'lead', 'supervisor', 'lead', 'reviewer', 'supervisor'] as const),
];

/** A corpus to release, two groups, and people who hold something to begin with. */
async function found(world: World): Promise<void> {
  const sourceId = await acceptedSource(hub);
  const jobId = await draftedJob(hub, { sourceIds: [sourceId] });
  world.artifacts.push(await completedJob(hub, jobId, 'documents'));
  for (const [i, groupId] of world.groups.entries()) {
    await send(hub, system, {
      type: 'group.create',
      data: { groupId, slug: `first${i}`, nameJa: '班の名', nameEn: 'Group' },
    });
  }
  for (const [i, personId] of world.people.entries()) {
    await send(hub, system, {
      type: 'person.join',
      data: { personId, displayName: 'x', opennessAgreed: true },
    });
    for (const groupId of i % 2 === 0 ? world.groups : world.groups.slice(0, 1)) {
      await send(hub, system, { type: 'group.addMember', data: { groupId, personId } });
      if (held[i])
        await send(hub, system, { type: 'person.grantRole', data: { personId, role: held[i], groupId } });
    }
  }
}

async function attempt(command: Command, world: World, chance: Chance): Promise<void> {
  const { by } = commandDefinition(command.type);
  const alone = by === 'system' || chance() < 0.05;
  // Half of the time somebody who was given the permission in the beginning, else anybody at all.
  const able = world.people.filter(
    (_, i) => by !== 'system' && permissionsOfRole[held[i] ?? 'contributor'].includes(by),
  );
  const senders = chance() < 0.6 && able.length > 0 ? able : world.people;
  const actor: Actor = alone ? system : { kind: 'person', personId: pick(chance, senders) };
  // Drawn before anything is awaited: what one command draws must not depend on when another was answered.
  const judges = chance() < 0.7;
  const answers = { safe: pick(chance, ['low', 'high']) };
  try {
    const { result } = await sendAs(actor, command);
    if (command.type === 'annotation.claim' && result !== null && judges) {
      const { itemId } = result as { itemId: string }; // whoever takes an item mostly judges it
      await sendAs(actor, { type: 'annotation.review', data: { itemId, answers, comment: '' } });
    }
  } catch (error) {
    ignoreRefusal(error);
    refusals++;
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Rejection)) throw error;
}

function sendAs(actor: Actor, command: Command) {
  const commandId = uuidV7();
  sent.set(commandId, { command, actor });
  return execute(hub, command, { actor, commandId });
}

const eventsOf = (type: DomainEvent['type']) => log.filter(({ event }) => event.type === type);

describe(`after ${commands} random commands (LIVES_SEED=${seed})`, () => {
  test('much was refused and much was done: the test reaches the lives of things', () => {
    expect(refusals).toBeGreaterThan(commands / 4);
    const types = new Set(log.map(({ event }) => event.type));
    expect(types.size).toBeGreaterThan(34);
  });

  test('nobody did anything without the permission at that moment, in that place', () => {
    const roles = new Map<string, readonly HeldRole[]>();
    const states = new Map<string, typeof person.initial>();
    let checked = 0;
    let commandId = '';
    for (const { event, streamType, streamId, meta } of log) {
      const cause = sent.get(meta.commandId);
      if (cause && cause.actor.kind === 'person' && meta.commandId !== commandId) {
        expect(meta.actor).toBe(actorKey(cause.actor));
        const { by, scope } = commandDefinition(cause.command.type);
        expect(by).not.toBe('system');
        const held = roles.get(cause.actor.personId) ?? [];
        const group = 'groupId' in cause.command.data ? (cause.command.data.groupId ?? null) : 'any';
        const within = scope === 'group' ? group : scope === 'hub' ? null : 'any';
        const note = `${cause.command.type} by ${meta.actor} at ${meta.commandId}`;
        expect(rolesPermit(held, by as Exclude<typeof by, 'system'>, within), note).toBe(true);
        checked++;
      }
      commandId = meta.commandId;
      if (streamType !== 'person') continue;
      const state = person.evolve(
        states.get(streamId) ?? person.initial,
        event as Parameters<typeof person.evolve>[1],
      );
      states.set(streamId, state);
      roles.set(streamId, state.roles);
    }
    expect(checked).toBeGreaterThan(100);
  });

  test('an accepted source has its quorum of other people in its last round', () => {
    for (const { event, streamId, position } of eventsOf('SourceAccepted')) {
      const before = log.filter((one) => one.streamId === streamId && one.position < position);
      const round = before.slice(before.findLastIndex(({ event: e }) => /Proposed|Revised/.test(e.type)));
      const accepts = round.flatMap(({ event: e }) =>
        e.type === 'SourceReviewed' && e.data.verdict === 'accept' ? [e.data.reviewerId] : [],
      );
      expect(new Set(accepts).size).toBeGreaterThanOrEqual(2);
      const proposed = before[0].event as Extract<DomainEvent, { type: 'SourceProposed' }>;
      expect(accepts).not.toContain(proposed.data.proposerId);
      expect(event.type).toBe('SourceAccepted');
    }
    expect(eventsOf('SourceAccepted').length).toBeGreaterThan(0);
  });

  test('no item is seen by its author or twice by anybody, and answers appear only when all are in', () => {
    const reviewers = new Map<string, string[]>();
    for (const { event } of log) {
      if (event.type === 'ItemReviewed') {
        const { itemId, reviewerId } = event.data;
        const earlier = reviewers.get(itemId) ?? [];
        expect(earlier).not.toContain(reviewerId);
        reviewers.set(itemId, [...earlier, reviewerId]);
        expect(JSON.stringify(event.data)).not.toMatch(/"(low|high)"/);
      }
      if (event.type === 'ReviewsRevealed') {
        const { itemId, reviews } = event.data;
        expect(reviews).toHaveLength(2);
        const item = log.find((one) => one.streamId === itemId)!.event as Extract<
          DomainEvent,
          { type: 'ItemDrawnUp' }
        >;
        expect(reviews.map(({ reviewerId }) => reviewerId)).not.toContain(item.data.authorId);
      }
    }
    expect(eventsOf('ReviewsRevealed').length).toBeGreaterThan(0);
  });

  test('a frozen version holds only settled items', () => {
    for (const { event, position } of eventsOf('AnnotationSetFrozen')) {
      const { setId } = (event as Extract<DomainEvent, { type: 'AnnotationSetFrozen' }>).data;
      const states = new Map<string, string>();
      for (const { event: e, position: at } of log) {
        if (at >= position || !('itemId' in e.data) || e.data.setId !== setId) continue;
        if (e.type === 'ItemDrawnUp') states.set(e.data.itemId, 'open');
        if (e.type === 'ReviewsRevealed' && e.data.disputed.length === 0)
          states.set(e.data.itemId, 'settled');
        if (e.type === 'ItemAdjudicated') states.set(e.data.itemId, 'settled');
        if (e.type === 'ItemWithdrawn') states.delete(e.data.itemId);
      }
      expect([...states.values()].filter((state) => state !== 'settled')).toEqual([]);
    }
  });

  test('what was released had passed its last checks and k approvals of others since', () => {
    for (const { streamId, position } of eventsOf('ReleasePublished')) {
      const life = log.filter((one) => one.streamId === streamId && one.position < position);
      const drafted = life[0].event as Extract<DomainEvent, { type: 'ReleaseDrafted' }>;
      const failed = life.findLastIndex(
        ({ event }) =>
          event.type === 'ReleaseChecked' && event.data.checks.some(({ reason }) => reason !== null),
      );
      const approvers = life
        .slice(failed + 1)
        .flatMap(({ event }) => (event.type === 'ReleaseApproved' ? [event.data.approverId] : []));
      expect(new Set(approvers).size).toBeGreaterThanOrEqual(drafted.data.approvalsNeeded);
      expect(approvers).not.toContain(drafted.data.authorId);
    }
  });

  test('a job that was cancelled or refused is leased by nobody, and a run’s card never changes', () => {
    expect(new Set(eventsOf('RunRegistered').map(({ streamId }) => streamId)).size).toBe(
      eventsOf('RunRegistered').length,
    );
    const queue = log.reduce((states, { event }) => {
      if (event.type === 'JobQueued') states.set(event.data.jobId, 'queued');
      if (event.type === 'JobCancelled' || event.type === 'JobStartRefused')
        states.set(event.data.jobId, 'cancelled');
      return states;
    }, new Map<string, string>());
    return Promise.all(
      [...queue].map(async ([jobId, state]) => {
        const [row] = await hub.sql<{ state: string }[]>`select state from job_queue where job_id = ${jobId}`;
        if (state === 'cancelled') expect(['cancelled', 'awaiting-start']).toContain(row.state);
      }),
    );
  });

  test('whoever left holds nothing: no role, token, membership, webhook or subscription', async () => {
    const [left] = await hub.sql<{ rows: number }[]>`
      with gone as (
        select distinct on (stream_id) stream_id::uuid as person_id, type from event
        where stream_type = 'person' and type in ('PersonJoined', 'PersonLeft') order by stream_id, version desc
      )
      select count(*)::int as rows from gone where type = 'PersonLeft' and (
        exists (select from permission_grant g where g.person_id = gone.person_id)
        or exists (select from token_secret t where t.person_id = gone.person_id and t.revoked_at is null)
        or exists (select from membership m where m.person_id = gone.person_id)
        or exists (select from webhook_owner w where w.person_id = gone.person_id)
        or exists (select from subscription_owner s where s.person_id = gone.person_id))`;
    expect(left.rows).toBe(0);
    expect(eventsOf('PersonLeft').length).toBeGreaterThan(0);
  });

  test('every read model equals the fold of the log', async () => {
    for (const { name } of allProjections) await rebuild(hub, name);
    const reports = await verifyProjections(hub.sql, allProjections);
    expect(reports.filter(({ problem }) => problem !== null)).toEqual([]);
  });
});
