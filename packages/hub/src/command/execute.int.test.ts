import type { Command } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Hub, openHub } from '../hub.ts';
import { connect } from '../log/connection.ts';
import { logHead, readLog, readStream } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { verifyChain } from '../log/verify-chain.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { proposal } from '../testing/samples.ts';
import { newPerson, send, system } from '../testing/scenario.ts';
import { execute } from './execute.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub({ poolSize: 10 });
  hub = testHub.hub;
});
afterAll(() => testHub.drop());

const propose = (change = {}): Command => ({ type: 'source.propose', data: proposal(change) });
const versionOf = async (sourceId: string) => (await readStream(hub.sql, 'source', sourceId)).version;

describe('the same command twice', () => {
  test('one after the other: one event, the stored answer both times', async () => {
    const actor = await newPerson(hub);
    const [command, commandId] = [propose(), uuidV7()];
    const first = await execute(hub, command, { actor, commandId });
    const head = await logHead(hub.sql);
    expect(await execute(hub, command, { actor, commandId })).toEqual(first);
    expect(await logHead(hub.sql)).toEqual(head);
  });

  test('at the same time, eight times: one event, one answer', async () => {
    const actor = await newPerson(hub);
    const data = proposal();
    const commandId = uuidV7();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => execute(hub, { type: 'source.propose', data }, { actor, commandId })),
    );
    expect(new Set(answers.map((answer) => answer.position)).size).toBe(1);
    expect(await versionOf(data.sourceId)).toBe(1);
  });

  test('the same id with another content is refused, and the first stands', async () => {
    const actor = await newPerson(hub);
    const [data, commandId] = [proposal(), uuidV7()];
    await execute(hub, { type: 'source.propose', data }, { actor, commandId });
    const other = propose({ sourceId: data.sourceId, licence: 'MIT' });
    await expect(execute(hub, other, { actor, commandId })).rejects.toMatchObject({
      code: 'command.id-reused',
    });
    expect(await versionOf(data.sourceId)).toBe(1);
  });

  test('two people may use the same id', async () => {
    const commandId = uuidV7();
    const first = await execute(hub, propose(), { actor: await newPerson(hub), commandId });
    const second = await execute(hub, propose(), { actor: await newPerson(hub), commandId });
    expect(second.position).toBe(first.position + 3); // after the two events of joining
  });
});

test('a refused command leaves nothing behind and may be corrected under the same id', async () => {
  const actor = await newPerson(hub);
  const [data, commandId] = [proposal({ licence: 'CC-BY-4' }), uuidV7()];
  const head = await logHead(hub.sql);
  await expect(execute(hub, { type: 'source.propose', data }, { actor, commandId })).rejects.toMatchObject({
    code: 'licence.unknown',
    params: { expression: 'CC-BY-4', suggestion: expect.stringMatching(/^CC-BY-/) },
  });
  expect(await logHead(hub.sql)).toEqual(head);
  const receipts = await hub.sql`select 1 from command_receipt where command_id = ${commandId}`;
  expect(receipts).toHaveLength(0);
  const corrected = propose({ ...data, licence: 'CC-BY-4.0' });
  expect((await execute(hub, corrected, { actor, commandId })).position).toBe(head.position + 1);
});

describe('versions', () => {
  test('writers who pinned nothing all get through: conflicts are retried', async () => {
    const { personId } = await newPerson(hub);
    const grants = (['reviewer', 'lead', 'supervisor'] as const).map((role) =>
      send(hub, system, { type: 'person.grantRole', data: { personId, role, groupId: null } }),
    );
    await Promise.all(grants);
    expect((await readStream(hub.sql, 'person', personId)).version).toBe(5);
  });

  test('of two writers who pinned the same version one is refused with the version that is', async () => {
    const { personId } = await newPerson(hub);
    const grant = (role: 'reviewer' | 'lead') =>
      execute(
        hub,
        { type: 'person.grantRole', data: { personId, role, groupId: null } },
        { actor: system, commandId: uuidV7(), expectedVersion: 2 },
      );
    const outcomes = await Promise.allSettled([grant('reviewer'), grant('lead')]);
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0].reason).toMatchObject({ code: 'stream.conflict', params: { actual: 3, expected: 2 } });
  });
});

describe('permissions', () => {
  test('a command is refused to whom the database does not grant it', async () => {
    const actor = await newPerson(hub);
    const group = { groupId: uuidV7(), slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' };
    await expect(send(hub, actor, { type: 'group.create', data: group })).rejects.toMatchObject({
      code: 'auth.not-permitted',
      params: { permission: 'group.manage' },
    });
  });

  test('commands of the hub itself are refused to everybody, admins too', async () => {
    const admin = await newPerson(hub, 'admin');
    const data = { personId: uuidV7(), displayName: 'x', opennessAgreed: true };
    await expect(send(hub, admin, { type: 'person.join', data })).rejects.toMatchObject({
      code: 'auth.not-permitted',
    });
  });

  test('a revoked role applies to the very next command', async () => {
    const reviewer = await newPerson(hub, 'reviewer');
    const data = proposal();
    await send(hub, await newPerson(hub), { type: 'source.propose', data });
    const role = { personId: reviewer.personId, role: 'reviewer' as const, groupId: null };
    await send(hub, system, { type: 'person.revokeRole', data: role });
    const review = { sourceId: data.sourceId, verdict: 'accept' as const, comment: '' };
    await expect(send(hub, reviewer, { type: 'source.review', data: review })).rejects.toMatchObject({
      code: 'auth.not-permitted',
      params: { permission: 'source.review' },
    });
  });
});

describe('commands that come at once share a transaction', () => {
  test('and one that is refused leaves its neighbours alone, and nothing of its own', async () => {
    const actor = await newPerson(hub);
    const taken = proposal();
    await send(hub, actor, { type: 'source.propose', data: taken });
    const before = await batches();
    const good = Array.from({ length: 6 }, () => proposal());
    const bad = proposal({ titleJa: `別の題 ${taken.sourceId}`, titleEn: taken.titleEn }); // claims one title, then meets the other
    const sent = [...good.slice(0, 3), bad, ...good.slice(3)].map((data) =>
      send(hub, actor, { type: 'source.propose', data }),
    );
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.map(({ status }) => status)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((i) => (i === 3 ? 'rejected' : 'fulfilled')),
    );
    expect(outcomes[3]).toMatchObject({ reason: { code: 'source.title-taken' } });
    expect(await hub.sql`select 1 from source_title where source_id = ${bad.sourceId}`).toHaveLength(0);
    expect((await batches()) - before).toBe(1);
  });

  test('and each sees what those before it did: of two that take the same thing, one gets it', async () => {
    const { personId } = await newPerson(hub);
    const data = { personId, role: 'lead' as const, groupId: null };
    const grant = () => send(hub, system, { type: 'person.grantRole', data });
    const outcomes = await Promise.allSettled([grant(), grant(), grant()]);
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(['role.held-already', 'role.held-already']);
  });

  test('and one that lost its stream to another process is decided anew, without its neighbours noticing', async () => {
    const other = openHub({ databaseUrl: testHub.databaseUrl, leaseSeconds: 90, poolSize: 2 });
    const people = await Promise.all(Array.from({ length: 12 }, () => newPerson(hub)));
    const roles = ['reviewer', 'lead', 'supervisor'] as const;
    const all = people.flatMap(({ personId }) =>
      roles.map((role, i) =>
        send(i === 1 ? other : hub, system, {
          type: 'person.grantRole',
          data: { personId, role, groupId: null },
        }),
      ),
    );
    await Promise.all(all);
    for (const { personId } of people) {
      const { version } = await readStream(hub.sql, 'person', personId);
      expect(version).toBe(2 + roles.length);
    }
    await other.close();
  });

  test('and a fault of one command does not take the others down', async () => {
    const [actor, broken] = [await newPerson(hub), uuidV7()];
    const good = Array.from({ length: 4 }, () => send(hub, actor, propose()));
    // The row that its projection would insert is there already: the statement fails and ends the shared transaction.
    await hub.sql`insert into permission_grant (person_id, role, group_id) values (${broken}, 'contributor', null)`;
    const data = { personId: broken, displayName: 'somebody', opennessAgreed: true };
    const bad = expect(send(hub, system, { type: 'person.join', data })).rejects.toMatchObject({
      code: '23505',
    });
    const more = Array.from({ length: 4 }, () => send(hub, actor, propose()));
    await Promise.all([...good, ...more, bad]);
    expect((await readStream(hub.sql, 'person', broken)).version).toBe(0);
  });

  test('and batches that overlap lose nothing: what depends on the one in front is decided after it', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => newPerson(hub)));
    const roles = ['reviewer', 'lead', 'supervisor'] as const;
    const all = Array.from({ length: 5 }, () =>
      people.flatMap(({ personId }) =>
        roles.map((role) => ({ type: 'person.grantRole' as const, data: { personId, role, groupId: null } })),
      ),
    ).flat();
    const outcomes = await Promise.allSettled(all.map((command) => send(hub, system, command)));
    const refused = outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code);
    expect(new Set(refused)).toEqual(new Set(['role.held-already']));
    expect(refused).toHaveLength(all.length - people.length * roles.length);
    for (const { personId } of people)
      expect((await readStream(hub.sql, 'person', personId)).version).toBe(2 + roles.length);
  });

  test('and copies of one command that land in different batches get one answer', async () => {
    const { personId } = await newPerson(hub);
    const command: Command = { type: 'person.grantRole', data: { personId, role: 'lead', groupId: null } };
    const commandId = uuidV7();
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => execute(hub, command, { actor: system, commandId })),
    );
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    expect((await readStream(hub.sql, 'person', personId)).version).toBe(3);
  });

  /** Transactions that appended: events of one carry the same moment. */
  async function batches(): Promise<number> {
    const [{ n }] = await hub.sql<{ n: number }[]>`select count(distinct at)::int as n from event`;
    return n;
  }
});

describe('bad input', () => {
  test('a field of the wrong shape is named', async () => {
    const command = propose({ evidenceUrl: 'javascript:alert(1)' });
    await expect(send(hub, await newPerson(hub), command)).rejects.toMatchObject({
      code: 'input.invalid',
      params: { field: 'evidenceUrl' },
    });
  });

  test.each(['a\0b', 'half \ud800 pair'])(
    'text that cannot be stored is refused before it reaches the log',
    async (description) => {
      await expect(send(hub, await newPerson(hub), propose({ description }))).rejects.toMatchObject({
        code: 'input.invalid',
        params: { field: 'description' },
      });
    },
  );

  test('a command id that is no UUID is refused', async () => {
    const actor = await newPerson(hub);
    await expect(execute(hub, propose(), { actor, commandId: '1' })).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });
});

test('while the head row is held commands fail fast with hub.busy, and go through afterwards', async () => {
  const actor = await newPerson(hub);
  const command = propose();
  const commandId = uuidV7();
  await hub.sql.begin(async (holder) => {
    await holder`select 1 from log_head for update`;
    await expect(execute(hub, command, { actor, commandId })).rejects.toMatchObject({ code: 'hub.busy' });
  });
  expect((await execute(hub, command, { actor, commandId })).result).toMatchObject({ state: 'under-review' });
}, 20_000);

test('a server process killed under a running command leaves no event, no receipt and no claimed title', async () => {
  const actor = await newPerson(hub);
  const data = proposal();
  const command: Command = { type: 'source.propose', data };
  const commandId = uuidV7();
  const head = await logHead(hub.sql);
  const admin = connect(testHub.databaseUrl, 1);
  await hub.sql.begin(async (holder) => {
    await holder`select 1 from log_head for update`;
    const running = execute(hub, command, { actor, commandId });
    const failed = expect(running).rejects.toThrow();
    await killAppender(admin);
    await failed;
  });
  await admin.end();
  expect(await logHead(hub.sql)).toEqual(head);
  const left = await hub.sql`
    select 1 from command_receipt where command_id = ${commandId}
    union all select 1 from source_title where source_id = ${data.sourceId}`;
  expect(left).toHaveLength(0);
  expect((await execute(hub, command, { actor, commandId })).position).toBe(head.position + 1);
});

/** Waits until a command hangs on the head row, then kills the server process that runs it. */
async function killAppender(admin: ReturnType<typeof connect>): Promise<void> {
  for (;;) {
    const killed = await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%append_events%'`;
    if (killed.length > 0) return;
  }
}

test('events say who caused them, by which command, in which trace', async () => {
  const actor = await newPerson(hub);
  const [commandId, correlationId] = [uuidV7(), uuidV7()];
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const envelope = { actor, commandId, correlationId, causationPosition: 1, traceparent };
  const { position } = await execute(hub, propose(), envelope);
  const [recorded] = await readLog(hub.sql, position - 1, 1);
  expect(recorded.meta).toMatchObject({
    actor: `person:${actor.personId}`,
    commandId,
    correlationId,
    causationPosition: 1,
    traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
  });
});

test('after all of this the log is whole', async () => {
  expect((await verifyChain(hub.sql)).problem).toBeNull();
});
