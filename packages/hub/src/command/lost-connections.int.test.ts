import { deterministicId } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hub, openHub } from '../hub.ts';
import { connect } from '../log/connection.ts';
import { logHead } from '../log/read-log.ts';
import { verifyChain } from '../log/verify-chain.ts';
import { type Cut, CuttingProxy } from '../testing/cutting-proxy.ts';
import { createTestHub, type TestHub, testPersonalKey } from '../testing/database.ts';
import { execute } from './execute.ts';

let testHub: TestHub;
let proxy: CuttingProxy;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub();
  proxy = await CuttingProxy.open(testHub.databaseUrl);
  hub = openHub({ databaseUrl: proxy.url, leaseSeconds: 90, personalKey: testPersonalKey, poolSize: 2 });
});
afterAll(async () => {
  await hub.close(1);
  await proxy.refuse();
  await testHub.drop();
});

const actor = { kind: 'system' as const, name: 'test' };
let made = 0;
/** One command each; the same number is the same command. */
const create = (n: number) => {
  const names = { slug: `group-${n}`, nameJa: `部会 ${n}`, nameEn: `Group ${n}` };
  const data = { groupId: deterministicId('group', n), ...names };
  return execute(hub, { type: 'group.create', data }, { actor, commandId: deterministicId('command', n) });
};
/** Answered or failed: neither is a command that waits for ever. */
const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered' as const,
    () => 'failed' as const,
  );
const within = <T>(seconds: number, work: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not settled within ${seconds} s`)), seconds * 1000);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
};

/** Sends commands one behind the other's back, so that one batch is decided while another is written. */
async function sendMany(count: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, () => made++);
  const sent = numbers.map(async (n, i) => {
    for (let turn = 0; turn < i % 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    return settled(create(n));
  });
  await within(20, Promise.all(sent));
  return numbers;
}

const ways: Cut[] = ['unsent', 'unanswered', 'answered'];
/** BEGIN with the reads, the append with COMMIT, and those of the batch behind, in whatever order they come. */
const packets = [1, 2, 3, 4, 5, 6];

test.each(ways.flatMap((way) => packets.map((at) => [at, way] as const)))(
  'connections that are reset at packet %i, %s: every waiting command settles, and goes through when it is sent again',
  async (at, way) => {
    await sendMany(8);
    proxy.cutAt(at, way);
    const numbers = await sendMany(20);
    while (proxy.waiting) await sendMany(5);
    for (const n of numbers)
      expect(
        await within(
          10,
          create(n).catch(() => create(n)),
        ),
      ).toBeDefined();
    const events = await testHub.hub.sql`
      select 1 from event where type = 'GroupCreated' and stream_id in ${testHub.hub.sql(numbers.map((n) => deterministicId('group', n)))}`;
    expect(events).toHaveLength(20);
    expect((await verifyChain(testHub.hub.sql)).problem).toBeNull();
  },
);

test('while PostgreSQL takes no connections commands and reads fail, and afterwards each connection works again', async () => {
  await proxy.refuse();
  for (let i = 0; i < 6; i++) {
    expect(await within(10, Promise.all([settled(create(made)), settled(logHead(hub.sql))]))).toEqual([
      'failed',
      'failed',
    ]);
  }
  await proxy.listen();
  await within(10, create(made++));
  await within(10, Promise.all(Array.from({ length: 8 }, () => logHead(hub.sql))));
});

test('a connection that is reset together with an answer, while the next question is on its way, is made anew', async () => {
  const sql = connect(proxy.url, 1);
  for (let i = 0; i < 40; i++) {
    const asked = within(10, sql`select 1`).then(() => sql`select 2`);
    if (i % 2 === 1) proxy.cutAt(1, 'answered');
    await within(10, settled(asked));
  }
  expect(
    await within(
      10,
      sql`select 3 as answer`.catch(() => sql`select 3 as answer`),
    ),
  ).toMatchObject([{ answer: 3 }]);
  await sql.end({ timeout: 1 });
});
