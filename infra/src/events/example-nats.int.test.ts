import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Hub } from '@tsudoi/hub';
import { newPerson, send, system } from '@tsudoi/hub/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proposal } from '../../../packages/hub/src/testing/samples.ts';
import { Stage } from '../fault/stage.ts';
import { checkoutRoot } from '../paths.ts';

// TEST_PYTHON names a Python that has nats-py ("pip install nats-py"); where there is none, this does not run.
const python = process.env.TEST_PYTHON ?? 'python3';
const hasLibrary = spawnSync(python, ['-c', 'import nats']).status === 0;
if (!hasLibrary)
  console.warn('docs/events/example_nats.py was not run: no Python with nats-py (set TEST_PYTHON)');

describe.skipIf(!hasLibrary)('docs/events/example_nats.py', () => {
  let stage: Stage;
  let hub: Hub;
  const children = new Set<ReturnType<typeof spawn>>();
  beforeAll(async () => {
    stage = await Stage.open();
    hub = stage.hub();
    stage.startRoles('publisher', 'subscribers');
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await stage.close();
  });

  test('handles every event of its group once, although NATS is killed twice, once with its data, and the program too', async () => {
    const groupId = randomUUID();
    const group = { groupId, slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' };
    await send(hub, system, { type: 'group.create', data: group });
    const owner = await newPerson(hub);
    await send(hub, owner, { type: 'group.join', data: { groupId } });
    const { user, secret } = await subscribed(groupId);
    const propose = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await send(hub, owner, { type: 'source.propose', data: proposal({ groupId }) });
        await send(hub, owner, { type: 'source.propose', data: proposal({ groupId: null }) });
      }
    };
    let first = await started(user, secret);
    await propose(5);
    await handled();
    await stage.killNats();
    await propose(5);
    await stage.startNats();
    await handled();
    first.kill('SIGKILL');
    await once(first, 'exit');
    await propose(5);
    first = await started(user, secret);
    await stage.killNats({ withStore: true });
    await stage.startNats();
    await propose(5);
    await handled();

    async function subscribed(of: string): Promise<{ user: string; secret: string }> {
      const subscriptionId = randomUUID();
      const data = { subscriptionId, groupId: of, label: 'example', topics: ['source'], afterPosition: 0 };
      await send(hub, owner, { type: 'subscription.open', data });
      const issued = { type: 'subscription.issueCredential', data: { subscriptionId } } as const;
      return (await send(hub, owner, issued)).result as { user: string; secret: string };
    }
  });

  const database = () => join(stage.dir, 'example.sqlite');

  /** The program, once it says that it reads; it ends where NATS does not let its user in yet, and is started again. */
  async function started(user: string, secret: string): Promise<ReturnType<typeof spawn>> {
    const script = join(checkoutRoot, 'docs/events/example_nats.py');
    const deadline = Date.now() + 60_000;
    for (;;) {
      const child = spawn(python, [script, stage.natsUrl, user, '--database', database()], {
        env: { ...process.env, TSUDOI_NATS_SECRET: secret },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      children.add(child);
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stderr! })) {
        lines.push(line);
        if (line.startsWith('reading ')) break;
      }
      if (lines.at(-1)?.startsWith('reading ')) {
        child.stderr!.resume();
        return child;
      }
      if (Date.now() > deadline) throw new Error(`the program never read:\n${lines.join('\n')}`);
    }
  }

  /** Until exactly the positions of the group's sources are in the program's database. */
  async function handled(): Promise<void> {
    const rows = await hub.sql<{ position: number }[]>`
      select position from event where type = 'SourceProposed' and data->>'groupId' is not null order by position`;
    const wanted = rows.map(({ position }) => position);
    await expect.poll(positions, { timeout: 60_000, interval: 200 }).toEqual(wanted);
  }

  function positions(): number[] {
    const script = `import sqlite3, json; print(json.dumps([row[0] for row in sqlite3.connect(${JSON.stringify(database())}).execute('select position from seen order by position')]))`;
    return JSON.parse(spawnSync(python, ['-c', script], { encoding: 'utf8' }).stdout || '[]') as number[];
  }
});
