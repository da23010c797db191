import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { migrate } from './migrate.ts';

let testHub: TestHub;
let folder: string;
beforeAll(async () => {
  testHub = await createTestHub();
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterAll(async () => {
  await testHub.drop();
  await rm(folder, { recursive: true });
});
const write = (file: string, text: string) => writeFile(join(folder, file), text);

test('a hub that is up to date has nothing to apply', async () => {
  expect(await migrate(testHub.hub.sql)).toEqual([]);
});

test('two processes that start at once apply each file once, in order', async () => {
  await write('9002_second.sql', 'insert into probe values (2);');
  await write('9001_first.sql', 'create table probe (n int);');
  const applied = await Promise.all([migrate(testHub.hub.sql, folder), migrate(testHub.hub.sql, folder)]);
  expect(applied.flat()).toEqual(['9001_first.sql', '9002_second.sql']);
  expect(await testHub.hub.sql`select n from probe`).toHaveLength(1);
});

test('a file that fails is named with its error, leaves nothing, and is applied once it is right', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
  await write('9003_wrong.sql', 'insert into probe values (3); insert into nowhere values (1);');
  await expect(migrate(testHub.hub.sql, folder)).rejects.toThrow('nowhere');
  expect(complaint.mock.calls[0][0]).toMatch(/9003_wrong\.sql failed: relation "nowhere" does not exist/);
  complaint.mockRestore();
  expect(await testHub.hub.sql`select n from probe`).toHaveLength(1);
  await write('9003_wrong.sql', 'insert into probe values (3);');
  expect(await migrate(testHub.hub.sql, folder)).toEqual(['9003_wrong.sql']);
});

test('a file that was changed after it had been applied stops everything', async () => {
  await write('9001_first.sql', 'create table probe (n bigint);');
  await expect(migrate(testHub.hub.sql, folder)).rejects.toThrow('9001_first.sql was changed');
});
