import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logHead } from '@tsudoi/hub';
import { newPerson } from '@tsudoi/hub/testing';
import type { CloudEvent } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHub, type TestHub, testPersonalKey } from '../../../packages/hub/src/testing/database.ts';
import { checkoutRoot } from '../paths.ts';
import { baseEnvironment, type Child, startChild } from '../servers/child.ts';
import { freePort } from '../servers/ports.ts';
import { waitUntil } from '../servers/wait.ts';
import { readPage, tailEvents } from './read-events.ts';

let testHub: TestHub;
let server: Child;
let url: string;
let port: number;
const dir = mkdtempSync(join(tmpdir(), 'tsudoi-listeners-'));

async function startServer(): Promise<void> {
  server = startChild({
    name: 'event server',
    command: process.execPath,
    args: [join(checkoutRoot, 'apps/web/src/testing/serve-events.ts')],
    env: {
      ...baseEnvironment(),
      ...{ PORT: String(port), DATABASE_URL: testHub.databaseUrl, HUB_URL: url },
      ...{ HUB_SECRET: randomBytes(24).toString('hex'), PERSONAL_DATA_KEY: testPersonalKey },
    },
    logFile: join(dir, 'server.log'),
  });
  await waitUntil('the event server', server, 30, async () => (await fetch(`${url}/api/events?limit=1`)).ok);
}

beforeAll(async () => {
  testHub = await createTestHub();
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await startServer();
});
afterAll(async () => {
  await server.stop(1);
  await testHub.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** Events come while the server is killed in the middle of them and started again. Answers the head of the log. */
async function eventsAroundAKill(): Promise<number> {
  for (let i = 0; i < 10; i++) await newPerson(testHub.hub);
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
  for (let i = 0; i < 10; i++) await newPerson(testHub.hub);
  await startServer();
  for (let i = 0; i < 10; i++) await newPerson(testHub.hub);
  return (await logHead(testHub.hub.sql)).position;
}

const upTo = (head: number) => Array.from({ length: head }, (_, i) => i + 1);

test('a tail that follows sees every event once, although the server is killed in between', async () => {
  const seen: number[] = [];
  const stop = new AbortController();
  const print = ({ position }: CloudEvent) => void seen.push(position);
  const options = { print, onBreak: () => {}, follow: true, signal: stop.signal };
  const tail = tailEvents({ url }, { after: 0 }, options);
  const head = await eventsAroundAKill();
  while ((seen.at(-1) ?? 0) < head) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await tail;
  expect(seen).toEqual(upTo(head));
});

test('a tail that does not follow ends at the end, and a refusal is in the words of the hub', async () => {
  const seen: number[] = [];
  const print = ({ position }: CloudEvent) => void seen.push(position);
  const options = { print, onBreak: () => {}, follow: false, signal: new AbortController().signal };
  const { position } = await logHead(testHub.hub.sql);
  await tailEvents({ url }, { after: position - 5 }, options);
  expect(seen).toEqual(upTo(position).slice(-5));
  await expect(
    tailEvents({ url }, { after: 0, group: 'nobody' }, { ...options, follow: true }),
  ).rejects.toThrow(/nobody/);
  await expect(readPage({ url }, { after: 1e9 })).rejects.toThrow(/ends at position/);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('docs/events/example.py', () => {
  test('handles every event once, although the server is killed in between and the program too', async () => {
    const database = join(dir, 'example.sqlite');
    const start = (): ChildProcess => {
      const script = join(checkoutRoot, 'docs/events/example.py');
      return spawn('python3', [script, url, '--database', database], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    };
    const first = start();
    await eventsAroundAKill();
    const ended = new Promise((resolve) => first.once('exit', resolve));
    first.kill('SIGKILL');
    await ended;
    const second = start();
    await newPerson(testHub.hub);
    const { position: head } = await logHead(testHub.hub.sql);
    // It says a position before it commits, so what counts is what it kept.
    await expect.poll(kept, { timeout: 30_000, interval: 100 }).toEqual(upTo(head));
    second.kill('SIGKILL');

    function kept(): number[] {
      const script = `import sqlite3, json; print(json.dumps([row[0] for row in sqlite3.connect(${JSON.stringify(database)}).execute('select position from seen order by position')]))`;
      return JSON.parse(spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stdout) as number[];
    }
  });
});
