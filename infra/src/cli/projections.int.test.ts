import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProjections } from '@tsudoi/hub';
import { newPerson } from '@tsudoi/hub/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestHub, type TestHub } from '../../../packages/hub/src/testing/database.ts';
import { checkoutRoot } from '../paths.ts';

let dir: string;
let testHub: TestHub;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tsudoi-projections-'));
  testHub = await createTestHub();
  const { hub } = testHub;
  await newPerson(hub);
  const stop = new AbortController();
  const running = runProjections(hub, { signal: stop.signal, pollMs: 20 });
  for (let done = false; !done; ) {
    const [row] = await hub.sql<{ done: boolean }[]>`
      select count(*) > 0 and bool_and(position = (select position from log_head)) as done from projection`;
    done = row.done;
  }
  stop.abort();
  await running;
});
afterAll(async () => {
  await testHub.drop();
  rmSync(dir, { recursive: true, force: true });
});

function projections(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['infra/src/cli.ts', 'projections', ...args, '--dir', join(dir, 'hub')],
    {
      cwd: checkoutRoot,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: testHub.databaseUrl },
    },
  );
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('each read model says how far it is', () => {
  const { status, stdout } = projections('--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ name: 'people', position: 2, lag: 0, error: null }),
  );
});

test('a name that there is not is a wrong call that lists those there are', () => {
  const { status, stderr } = projections('rebuild', 'peeple');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^tsudoi: there is no projection "peeple"; there are people, sources, /);
  expect(projections('remake', 'people')).toMatchObject({ status: 2, stdout: '' });
  expect(projections('rebuild')).toMatchObject({ status: 2, stdout: '' });
});

test('a dry run finds rows that differ from a fold of the log and leaves them; a rebuild makes them right', async () => {
  const { sql } = testHub.hub;
  await sql`update view_person set joined_at = joined_at - interval '1 day'`;
  const dry = projections('rebuild', 'people', '--dry-run');
  expect(dry.status).toBe(1);
  expect(dry.stdout).toMatch(/^people: .*view_person/);
  expect(projections('rebuild', 'people', '--dry-run').status).toBe(1);
  expect(projections('rebuild', 'people').stdout).toMatch(/^people was made anew from 2 events in /);
  expect(projections('rebuild', 'people', '--dry-run')).toMatchObject({
    status: 0,
    stdout: 'people: 1 rows equal a fold of the log',
  });
});

test('trying again says so when nothing was stopped', () => {
  expect(projections('retry', 'people')).toMatchObject({ status: 0, stdout: 'people was not stopped' });
});
