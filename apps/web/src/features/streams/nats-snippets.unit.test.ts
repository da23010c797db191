import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logStream, subscriberDomain, subscriptionInbox, subscriptionUser } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialFile, pythonLines, shellLines } from './nats-snippets.ts';

// The lines are run as they are pasted, against a `nats` that says what it was called with. What the hub's NATS lets a
// subscriber do is made of the same names (users-file.ts of the workers). Tried with the real tool, nats 0.5.1.
const user = subscriptionUser('018f0000-0000-7000-8000-000000000001');
const access = { url: 'nats://hub.example:4222', user, secret: 'tsudoi_stream_a-b_c' };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsudoi-lines-'));
  writeFileSync(join(folder, 'tsudoi-nats.env'), credentialFile(access));
  mkdirSync(join(folder, 'nats'));
  writeFileSync(join(folder, 'nats/__init__.py'), fakeLibrary);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fakeLibrary = `
import json
class Stream:
    async def pull_subscribe_bind(self, **given):
        print(json.dumps(given)); raise SystemExit(0)
class Connection:
    def jetstream(self, **given):
        print(json.dumps(given)); return Stream()
async def connect(server, **given):
    print(json.dumps({"server": server, **{k: v.decode() if isinstance(v, bytes) else v for k, v in given.items()}}))
    return Connection()
`;

describe('the lines of a subscription', () => {
  test.each(['sh', 'bash'])(
    'for a terminal (%s) reach the consumer, and the secret is no argument',
    (shell) => {
      const fake = 'nats() { printf "%s\\n" "$NATS_PASSWORD" "$@"; }';
      const run = spawnSync(shell, ['-c', `${fake}\n${shellLines}`], { cwd: folder, encoding: 'utf8' });
      expect(run.stderr).toBe('');
      expect(run.stdout.trimEnd().split('\n')).toEqual([
        access.secret,
        ...['--server', access.url, '--user', user],
        ...['--inbox-prefix', subscriptionInbox(user), '--js-domain', subscriberDomain],
        ...['consumer', 'sub', logStream, user, '--raw', '--ack'],
      ]);
    },
  );

  test('in Python bind to the same consumer', () => {
    const lines = `set -a; . ./tsudoi-nats.env; set +a; PYTHONPATH=. python3 -c "$LINES"`;
    const env = { ...process.env, LINES: pythonLines };
    const run = spawnSync('sh', ['-c', lines], { cwd: folder, env, encoding: 'utf8' });
    expect(
      run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { server: access.url, user, password: access.secret, inbox_prefix: subscriptionInbox(user) },
      { domain: subscriberDomain },
      { durable: user, stream: logStream },
    ]);
  });
});
