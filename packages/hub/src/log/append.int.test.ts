import type { DomainEvent, EventMeta } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { LogBatch, type StreamAppend } from './append.ts';
import { AppendConnections } from './append-transaction.ts';
import type { Transaction } from './connection.ts';
import { type ExpectedVersion, WrongVersion } from './expected-version.ts';
import { listenPositions } from './listen-positions.ts';
import { logHead, readEnvelopes, readLog, readStream } from './read-log.ts';
import { runtimeRole } from './runtime-role.ts';
import { uuidV7 } from './uuid-v7.ts';
import { verifyChain } from './verify-chain.ts';

let testHub: TestHub;
let appends: AppendConnections;
beforeAll(async () => {
  testHub = await createTestHub({ poolSize: 12 });
  appends = new AppendConnections(testHub.databaseUrl, { connections: 12 });
});
afterAll(async () => {
  await appends.close(1);
  await testHub.drop();
});

function meta(): EventMeta {
  const commandId = uuidV7();
  return {
    actor: 'system:test',
    commandId,
    correlationId: commandId,
    causationPosition: null,
    traceparent: null,
  };
}
const added = (groupId: string): DomainEvent => ({
  type: 'MemberAdded',
  data: { groupId, personId: uuidV7() },
});

/** @returns the position of the last event */
async function appendToLog(tx: Transaction, appends: StreamAppend[], by: EventMeta): Promise<number> {
  const batch = new LogBatch(tx);
  await batch.add(appends, by);
  return (await batch.write()) + batch.size - 1;
}

function write(groupId: string, expected: ExpectedVersion, count = 1): Promise<number> {
  const events = Array.from({ length: count }, () => added(groupId));
  const append = { streamType: 'group' as const, streamId: groupId, expected, events };
  return appends.transaction((tx) => appendToLog(tx, [append], meta()));
}

async function race(groupId: string, expected: ExpectedVersion) {
  const outcomes = await Promise.allSettled([write(groupId, expected), write(groupId, expected)]);
  const { version } = await readStream(testHub.hub.sql, 'group', groupId);
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  return { won: outcomes.length - refused.length, refused, version };
}

describe('two writers of one stream', () => {
  test('with the same exact version: one wins, the other is told what the version is', async () => {
    const groupId = uuidV7();
    await write(groupId, 'must-not-exist');
    const { won, refused, version } = await race(groupId, { exact: 1 });
    expect({ won, version }).toEqual({ won: 1, version: 2 });
    expect(refused[0]).toBeInstanceOf(WrongVersion);
    expect(refused[0].rejection()).toMatchObject({
      code: 'stream.conflict',
      params: { actual: 2, expected: 1 },
    });
  });

  test('must-not-exist: one creates it, the other is refused', async () => {
    const { won, refused, version } = await race(uuidV7(), 'must-not-exist');
    expect({ won, version }).toEqual({ won: 1, version: 1 });
    expect(refused[0].rejection().code).toBe('stream.exists');
  });

  test('must-exist: both are refused without the stream, both write with it', async () => {
    const groupId = uuidV7();
    const before = await race(groupId, 'must-exist');
    expect(before.won).toBe(0);
    expect(before.refused.map((error) => error.rejection().code)).toEqual([
      'stream.missing',
      'stream.missing',
    ]);
    await write(groupId, 'must-not-exist');
    expect(await race(groupId, 'must-exist')).toMatchObject({ won: 2, version: 3 });
  });

  test('any: both write, one after the other', async () => {
    expect(await race(uuidV7(), 'any')).toMatchObject({ won: 2, version: 2 });
  });

  test('an exact version in the future is refused', async () => {
    const groupId = uuidV7();
    await write(groupId, 'must-not-exist');
    await expect(write(groupId, { exact: 7 })).rejects.toMatchObject({ actual: 1 });
    await expect(write(uuidV7(), { exact: 1 })).rejects.toMatchObject({ actual: 0 });
  });
});

test('8 concurrent appenders leave a gapless log in the order of commits, with a valid chain', async () => {
  const { sql } = testHub.hub;
  const start = (await logHead(sql)).position;
  const seen: number[] = [];
  let reading = true;
  const reader = (async () => {
    let position = start;
    while (reading || position < (await logHead(sql)).position) {
      for (const recorded of await readLog(sql, position, 50)) {
        seen.push(recorded.position);
        position = recorded.position;
      }
    }
  })();
  const shared = uuidV7();
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; i < 15; i++) await write(i % 5 === 0 ? shared : uuidV7(), 'any', 1 + (writer % 3));
  });
  await Promise.all(writers);
  reading = false;
  await reader;
  const { position } = await logHead(sql);
  // A reader that only ever moves forward missed nothing: nothing became visible behind it.
  expect(seen).toEqual(Array.from({ length: position - start }, (_, i) => start + i + 1));
  expect(await verifyChain(sql, 37)).toMatchObject({ events: position, problem: null });
});

test('events of several streams written at once take their streams in one order, so writers never deadlock', async () => {
  const [left, right] = [uuidV7(), uuidV7()];
  const both = (first: string, second: string) =>
    appends.transaction((tx) => {
      const to = (id: string) => ({
        streamType: 'group' as const,
        streamId: id,
        expected: 'any' as const,
        events: [added(id)],
      });
      return appendToLog(tx, [to(first), to(second)], meta());
    });
  await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? both(left, right) : both(right, left))));
  expect((await readStream(testHub.hub.sql, 'group', left)).version).toBe(10);
  expect((await readStream(testHub.hub.sql, 'group', right)).version).toBe(10);
});

test('UPDATE, DELETE and TRUNCATE of events are refused', async () => {
  const { sql } = testHub.hub;
  await write(uuidV7(), 'any');
  for (const statement of ["update event set type = 'x'", 'delete from event', 'truncate event']) {
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: 'TS001' });
  }
  expect((await verifyChain(sql)).problem).toBeNull();
});

test('the role that the hub works as may add events and receipts, and may not change or take away any', async () => {
  const { sql } = testHub.hub;
  await write(uuidV7(), 'any');
  const asHub = (statement: string) =>
    sql.begin(async (tx) => {
      await tx`set local role ${tx(runtimeRole)}`;
      await tx.unsafe(statement);
    });
  for (const table of ['event', 'command_receipt']) {
    for (const statement of [`update ${table} set at = now()`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(asHub(statement)).rejects.toMatchObject({ code: '42501' });
    }
  }
  for (const statement of [
    'drop table event',
    'alter table event disable trigger all',
    'delete from log_head',
  ]) {
    await expect(asHub(statement)).rejects.toMatchObject({ code: '42501' });
  }
  await asHub("select append_events('[]', '', '[]', '[]')");
});

describe('the walk over the log', () => {
  let tampered: TestHub;
  beforeAll(async () => {
    tampered = await createTestHub();
    for (let i = 0; i < 3; i++) {
      const groupId = uuidV7();
      const append = {
        streamType: 'group' as const,
        streamId: groupId,
        expected: 'any' as const,
        events: [added(groupId)],
      };
      await tampered.hub.appends.transaction((tx) => appendToLog(tx, [append], meta()));
    }
    await tampered.hub.sql`alter table event disable trigger all`;
  });
  afterAll(() => tampered.drop());

  test.each([
    [
      'a changed row',
      'update event set data = data || \'{"x": 1}\' where position = 2',
      'the hash of position 2 does not match its content',
    ],
    [
      'a changed time',
      "update event set at = at + interval '1 ms' where position = 3",
      'the hash of position 3 does not match its content',
    ],
    ['a row taken out', 'delete from event where position = 2', 'position 2 is missing'],
    ['rows cut off at the end', 'delete from event where position = 3', 'position 3 is missing'],
    [
      'a head that was put back',
      'update log_head set position = 2',
      'the head row does not carry the hash of the last event',
    ],
    [
      'a stream row that differs',
      'update stream set version = 2',
      /^the stream row of group [0-9a-f-]+ says version 2, the log 1$/,
    ],
  ])('finds %s', async (_, tampering, problem) => {
    const found = await tampered.hub.sql
      .begin(async (tx) => {
        await tx.unsafe(tampering);
        throw await verifyChain(tx);
      })
      .catch((report) => report);
    expect(found.problem).toMatch(problem);
  });

  test('finds nothing in a log that is whole', async () => {
    expect(await verifyChain(tampered.hub.sql)).toMatchObject({ events: 3, problem: null });
  });
});

test('while the head row is held an append fails fast and writes nothing; afterwards it succeeds', async () => {
  const { sql } = testHub.hub;
  const groupId = uuidV7();
  const append = {
    streamType: 'group' as const,
    streamId: groupId,
    expected: 'must-not-exist' as const,
    events: [added(groupId)],
  };
  const limits = { lockMs: 150, statementMs: 1000, idleMs: 1000 };
  const impatient = new AppendConnections(testHub.databaseUrl, { limits, connections: 1 });
  const attempt = () => impatient.transaction((tx) => appendToLog(tx, [append], meta()));
  await sql.begin(async (holder) => {
    await holder`select 1 from log_head for update`;
    await expect(attempt()).rejects.toMatchObject({ code: 'hub.busy' });
  });
  expect((await readStream(sql, 'group', groupId)).version).toBe(0);
  await attempt();
  expect((await readStream(sql, 'group', groupId)).version).toBe(1);
  await impatient.close();
});

test('a client that dies in the middle of its transaction leaves nothing and blocks nobody', async () => {
  const { sql } = testHub.hub;
  const before = await logHead(sql);
  const dying = new AppendConnections(testHub.databaseUrl, { connections: 1 });
  const groupId = uuidV7();
  const append = {
    streamType: 'group' as const,
    streamId: groupId,
    expected: 'any' as const,
    events: [added(groupId)],
  };
  const cutOff = dying.transaction(async (tx) => {
    await appendToLog(tx, [append], meta());
    const [{ pid }] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await sql`select pg_terminate_backend(${pid})`;
    await tx`select 1`;
  });
  await expect(cutOff).rejects.toThrow();
  expect(await logHead(sql)).toEqual(before);
  expect((await readStream(sql, 'group', groupId)).version).toBe(0);
  // The same connection is made anew, and takes the next append.
  await dying.transaction((tx) => appendToLog(tx, [{ ...append, expected: 'must-not-exist' }], meta()));
  expect((await logHead(sql)).position).toBe(before.position + 1);
  await dying.close();
});

describe('COMMIT that travels behind the statements', () => {
  const append = (groupId: string) => ({
    ...{ streamType: 'group' as const, streamId: groupId },
    ...{ expected: 'must-not-exist' as const, events: [added(groupId)] },
  });

  /** Appends, and divides by something; COMMIT travels behind both. */
  const divide = (connection: AppendConnections, groupId: string, by: unknown) =>
    connection.transaction(async (tx, ending) => {
      const batch = new LogBatch(tx);
      batch.assume('group', groupId, 0);
      await batch.add([append(groupId)], meta());
      const divided = (async () => tx`select 1 / ${by as number}::integer`)();
      const written = batch.write();
      const committed = ending.commit([divided, written]);
      for (const one of [divided, written, committed]) one.catch(() => {});
      await Promise.all([divided, written]);
      await committed;
    });

  test.each([
    ['that the server refuses', 0],
    ['that the driver cannot send', Symbol('no number')],
    ['with a value missing', undefined],
    ['with a date that is none', new Date(Number.NaN)],
  ])('undoes everything if there is one %s, whether it was prepared before or not', async (_, by) => {
    const [fresh, used] = [1, 2].map(() => new AppendConnections(testHub.databaseUrl, { connections: 1 }));
    for (let i = 0; i < 3; i++) await divide(used, uuidV7(), 1);
    for (const connection of [fresh, used]) {
      const groupId = uuidV7();
      await expect(divide(connection, groupId, by)).rejects.toThrow();
      expect((await readStream(testHub.hub.sql, 'group', groupId)).version).toBe(0);
      await divide(connection, groupId, 1); // and the connection is as good as before
      expect((await readStream(testHub.hub.sql, 'group', groupId)).version).toBe(1);
      await connection.close();
    }
  });

  test('what comes after the end of a transaction changes nothing', async () => {
    const groupId = uuidV7();
    const late = appends.transaction(async (tx, ending) => {
      await ending.commit();
      await appendToLog(tx, [append(groupId)], meta());
    });
    await expect(late).rejects.toMatchObject({ code: '25006' });
    expect((await readStream(testHub.hub.sql, 'group', groupId)).version).toBe(0);
  });
});

test('listeners hear the position of an append, and envelopes carry what the log holds', async () => {
  const { sql } = testHub.hub;
  const heard = new Map<number, () => void>();
  let latest = 0;
  const stop = await listenPositions(sql, (position) => {
    latest = Math.max(latest, position);
    for (const [wanted, resolve] of heard) if (wanted <= latest) resolve();
  });
  const groupId = uuidV7();
  const position = await write(groupId, 'any', 2);
  await new Promise<void>((resolve) => (latest >= position ? resolve() : heard.set(position, resolve)));
  await stop();
  const [first, second] = await readEnvelopes(sql, position - 2, 10);
  expect(first).toMatchObject({ position: position - 1, streamId: groupId, version: 1, type: 'MemberAdded' });
  expect(second).toMatchObject({ position, version: 2, hash: (await logHead(sql)).hash });
});
