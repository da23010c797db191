import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkoutRoot } from '../paths.ts';
import { baseEnvironment, startChild } from './child.ts';
import { Keeper, type KeepSettings, type Patience } from './keep.ts';
import { findNats, jetStreamAilment, startNats } from './nats.ts';
import { freePort } from './ports.ts';
import { postgresHome, startPostgres } from './postgres.ts';
import { waitUntil } from './wait.ts';

let dir: string;
const binDir = join(checkoutRoot, '.tsudoi/bin');
const patience: Patience = {
  ...{ tries: 3, pauseSeconds: 0.01, longestPauseSeconds: 0.02, steadySeconds: 60, checkSeconds: 0.01 },
};
const keepers: Keeper[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tsudoi-keep-'));
  chmodSync(dir, 0o755);
});
afterAll(async () => {
  for (const keeper of keepers) await keeper.stop();
  rmSync(postgresHome(dir), { recursive: true, force: true });
  rmSync(dir, { recursive: true, force: true });
});

function keeping() {
  const lines: string[] = [];
  const failure = Promise.withResolvers<Error>();
  const keeper = new Keeper({
    say: { line: (text) => lines.push(text), progress: () => {} },
    changed: () => {},
    failed: failure.resolve,
    patience,
  });
  keepers.push(keeper);
  return { keeper, lines, failed: failure.promise };
}

/** A process of a shell command. */
function shell(name: string, command: string): KeepSettings {
  const settings = { name, command: 'sh', args: ['-c', command], env: baseEnvironment() };
  const logFile = join(dir, `${name}.log`);
  return { name, logFile, vital: true, start: () => startChild({ ...settings, logFile }) };
}

test('PostgreSQL and nats-server that are killed with -9 come back with their data, and the terminal and their logs say so', async () => {
  const { keeper, lines } = keeping();
  const password = randomBytes(12).toString('hex');
  const servers = await Promise.all(
    (['postgres', 'nats'] as const).map(async (name) => {
      const settings = { dir, binDir, logFile: join(dir, `${name}.log`), port: await freePort(), password };
      let url = '';
      await keeper.keep({
        ...{ name, logFile: settings.logFile, vital: true },
        start: async (spawned) => {
          const server =
            name === 'nats'
              ? await startNats({ ...settings, spawned })
              : await startPostgres({ ...settings, durable: true, spawned });
          url = server.url;
          return server.child;
        },
      });
      return { name, url, settings };
    }),
  );
  const sql = postgres(servers[0].url, { max: 1, onnotice: () => {} });
  await sql`create table kept as select 42 as answer`;
  for (const { name, settings } of servers) {
    const { pid } = keeper.running(name)!;
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(keeper.down()).toMatchObject([{ name, vital: true }]), { interval: 1 });
    await waitUntil(`${name} again`, null, 30, async () => keeper.running(name) !== undefined);
    expect(keeper.running(name)!.pid).not.toBe(pid);
    expect(keeper.down()).toEqual([]);
    const told = `ended (signal SIGKILL); starting it again in 0.01 s, try 1 of 3`;
    expect(lines.filter((line) => line.startsWith(name))[0]).toContain(told);
    expect(readFileSync(settings.logFile, 'utf8')).toContain(`${name} ${told}`);
  }
  expect(await sql`select answer from kept`).toMatchObject([{ answer: 42 }]);
  expect(await jetStreamAilment(servers[1].settings)).toBeNull();
  await sql.end();
  await keeper.stop();
});

test('one that ends again and again is given up after so many tries, with one line that says what to do', async () => {
  const { keeper, failed } = keeping();
  const starts = join(dir, 'starts');
  await keeper.keep(shell('broken', `echo once >> ${starts}; exit 3`));
  expect((await failed).message).toBe(
    'broken does not stay up: given up after 3 tries (exit code 3); see "./tsudoi logs broken", then start the hub again',
  );
  expect(readFileSync(starts, 'utf8').trim().split('\n')).toHaveLength(4);
  expect(keeper.down()).toMatchObject([{ name: 'broken', what: 'given up after 3 tries (exit code 3)' }]);
});

test('one that the hub can do without is given up alone', async () => {
  const { keeper } = keeping();
  await keeper.keep(shell('server', 'exec sleep 100'));
  await keeper.keep({ ...shell('worker', 'exit 1'), vital: false });
  await vi.waitFor(() => expect(keeper.down()).toMatchObject([{ name: 'worker', what: /^given up/ }]));
  expect(keeper.running('server')).toBeDefined();
  await keeper.stop();
});

test('one that needs another waits for it, and that costs no try', async () => {
  const { keeper, lines } = keeping();
  let room = false;
  const hindrance = () => (room ? null : 'waits for room');
  const database = await keeper.keep({ ...shell('database', 'exec sleep 100'), hindrance });
  const portal = await keeper.keep({ ...shell('portal', 'exec sleep 100'), needs: ['database'] });
  for (const { pid } of [database, portal]) process.kill(pid, 'SIGKILL');
  await vi.waitFor(() =>
    expect(keeper.down().map(({ what }) => what)).toEqual(['waits for room', 'waits for database']),
  );
  room = true;
  await vi.waitFor(() => expect(keeper.down()).toEqual([]));
  expect(keeper.running('portal')).toBeDefined();
  expect(lines.filter((line) => line.includes('try 2'))).toEqual([]);
  await keeper.stop();
});

test('one that runs and says that it ails is started again, once nothing stands in the way', async () => {
  const { keeper, lines } = keeping();
  let [room, ails] = [false, true];
  const server = await keeper.keep({
    ...shell('server', 'exec sleep 100'),
    ailing: async () => (ails ? 'JetStream is off' : null),
    hindrance: () => (room ? null : 'waits for room'),
  });
  await vi.waitFor(() => expect(keeper.down()[0]?.what).toBe('JetStream is off; waits for room'));
  expect(server.running()).toBe(true);
  room = true;
  await server.ended;
  ails = false;
  await vi.waitFor(() => expect(keeper.running('server')).toBeDefined());
  expect(lines).toContain(
    `${'server'.padEnd(11)} ended (JetStream is off); starting it again in 0.01 s, try 1 of 3`,
  );
  await keeper.stop();
});

test('stopping ends what runs and starts nothing more', async () => {
  const { keeper } = keeping();
  const child = await keeper.keep({
    ...shell('server', 'exec sleep 100'),
    hindrance: () => 'waits for room',
  });
  process.kill(child.pid, 'SIGKILL');
  await vi.waitFor(() => expect(keeper.down()).toMatchObject([{ what: 'waits for room' }]));
  await keeper.stop();
  expect(keeper.children()).toEqual({});
});

test('a nats-server without JetStream is seen, though it answers', async () => {
  const [port, password] = [await freePort(), 'secret'];
  const file = join(dir, 'plain.conf');
  writeFileSync(file, `listen: 127.0.0.1:${port}\nauthorization { user: hub, password: ${password} }\n`);
  const logFile = join(dir, 'plain.log');
  const plain = {
    name: 'plain',
    command: findNats(binDir),
    args: ['-c', file],
    env: baseEnvironment(),
    logFile,
  };
  const server = startChild(plain);
  let ailment: string | null = null;
  await waitUntil('nats-server', server, 15, async () => {
    ailment = await jetStreamAilment({ port, password });
    return true;
  });
  expect(ailment).toBe('JetStream has switched itself off');
  await server.stop();
});

test('once everything is being stopped nothing is started any more', async () => {
  const { keeper } = keeping();
  await keeper.keep(shell('first', 'sleep 60'));
  await keeper.stop();
  await expect(keeper.keep(shell('second', 'sleep 60'))).rejects.toThrow('second is not started');
  expect(keeper.children()).toEqual({});
});
