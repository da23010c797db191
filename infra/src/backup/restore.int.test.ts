import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import {
  createObjectStore,
  execute,
  type Hub,
  logHead,
  type ObjectStore,
  openHub,
  type PublishedLog,
  profileOf,
  readEnvelopes,
  rebuild,
  verifyLog,
  verifyProjections,
} from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import { acceptedSource, completedJob, draftedJob, newPerson, send, system } from '@tsudoi/hub/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { backUp, planBackup } from './back-up.ts';
import { planRestore, restore } from './restore.ts';

const personalKey = '5e'.repeat(32);
const root = mkdtempSync(join(tmpdir(), 'tsudoi-backup-'));
const admin = postgres(process.env.TEST_DATABASE_URL!, { max: 1, onnotice: () => {} });
const open: { hub: Hub; name: string }[] = [];
/** As a NATS server that has never seen this hub. */
const nothingPublished: PublishedLog = {
  lastSequence: () => Promise.reject(new Error('stream not found')),
  envelope: async () => null,
};

interface Place {
  hub: Hub;
  store: ObjectStore;
}

/** A hub on a database of its own that nothing has touched, with its own folder of objects. */
async function newPlace(key = personalKey): Promise<Place> {
  const name = `backup_${randomUUID().slice(0, 8)}`;
  await admin.unsafe(`create database ${name}`);
  const databaseUrl = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${name}` }).href;
  const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 4, personalKey: key });
  open.push({ hub, name });
  const settings = { OBJECT_STORE: 'filesystem' as const, OBJECT_DIR: join(root, name), S3_BUCKET: 'unused' };
  return { hub, store: createObjectStore({ ...settings, HUB_SECRET: 'x'.repeat(32) }, hub.sql) };
}

/** Ten bytes, as the sample artifacts say. */
const words = (n: number) => `文書 ${n}`.padEnd(6, '.');
const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');

/** Keeps a text in the store and registers it as an artifact. */
async function artifactOf({ hub, store }: Place, body: string): Promise<string> {
  const bytes = Buffer.from(body);
  await store.put(sha256(body), bytes.length, 'application/gzip', Readable.from([bytes]));
  return completedJob(hub, await draftedJob(hub), 'documents', sha256(body));
}

let source: Place;
let stays: string;
let goes: string;
let dir: string;
const backup = (place = source) => backUp({ ...place, dir });
const into = (place: Place, more: object = {}) => ({ ...place, dir, published: nothingPublished, ...more });

beforeAll(async () => {
  source = await newPlace();
  await migrate(source.hub.sql);
  [stays, goes] = [(await newPerson(source.hub)).personId, (await newPerson(source.hub)).personId];
  await rename(stays, '残る 人', 'stays@example.org');
  await rename(goes, '去る 人', 'goes@example.org');
  await acceptedSource(source.hub);
  await artifactOf(source, words(3));
});
beforeEach(() => {
  dir = mkdtempSync(join(root, 'to-'));
});
afterAll(async () => {
  for (const { hub, name } of open) {
    await hub.close(1);
    await admin.unsafe(`drop database ${name} with (force)`);
  }
  await admin.end();
  rmSync(root, { recursive: true, force: true });
});

const rename = (personId: string, displayName: string, email: string) =>
  send(
    source.hub,
    { kind: 'person', personId },
    { type: 'person.changeProfile', data: { displayName, email } },
  );

test('the drill: what was backed up comes back, row for row, and the hub goes on', async () => {
  const sent = { actor: system, commandId: randomUUID() };
  const group = { groupId: randomUUID(), slug: 'eval', nameJa: '評価部会', nameEn: 'Evaluation' };
  const { position } = await execute(source.hub, { type: 'group.create', data: group }, sent);
  const report = await backup();
  expect(report).toMatchObject({ position, events: position, objects: { copied: 1, missing: [] } });

  const target = await newPlace();
  const restored = await restore(into(target));
  expect(restored).toMatchObject({
    position,
    hash: report.hash,
    sealed: true,
    lost: [],
    objectsPut: 1,
    erasedAgain: 0,
  });
  expect(await verifyLog(target.hub)).toMatchObject({
    ok: true,
    log: { events: position, hash: report.hash },
  });
  for (const { name } of await verifyProjections(source.hub.sql)) await rebuild(source.hub, name);
  const rows = async ({ hub }: Place) =>
    (await verifyProjections(hub.sql)).map(({ name, hash }) => [name, hash]);
  expect(await rows(target)).toEqual(await rows(source));
  for (const table of ['command_receipt', 'token_secret', 'job_queue', 'object', 'stream']) {
    const all = ({ hub }: Place) => hub.sql`select * from ${hub.sql(table)} order by 1, 2`;
    expect([...(await all(target))]).toEqual([...(await all(source))]);
  }
  expect(await text(await target.store.get(sha256(words(3))))).toBe(words(3));
  expect(await profileOf(target.hub, stays)).toEqual({ displayName: '残る 人', email: 'stays@example.org' });
  // A command that was acknowledged before is answered by its receipt, and new ones get fresh numbers.
  expect((await execute(target.hub, { type: 'group.create', data: group }, sent)).position).toBe(position);
  await artifactOf(target, words(4));
  expect((await logHead(target.hub.sql)).position).toBeGreaterThan(position);
});

test('a second backup copies only new objects, and each can be restored', async () => {
  const first = await backup();
  await artifactOf(source, words(5));
  expect((await planBackup({ ...source, dir })).objects.toCopy).toBe(1);
  const second = await backup();
  expect(second.objects).toMatchObject({ count: first.objects.count + 1, copied: 1 });
  expect((await planRestore(into(await newPlace()))).snapshot).toBe(second.snapshot);
  const older = await planRestore(into(await newPlace(), { snapshot: String(first.position) }));
  expect(older).toMatchObject({
    snapshot: first.snapshot,
    refused: [],
    objects: { count: first.objects.count },
  });
});

test('an erasure stays an erasure: older backups do not bring the person back', async () => {
  const before = await backup();
  await send(
    source.hub,
    { kind: 'person', personId: goes },
    { type: 'person.erase', data: { personId: goes } },
  );
  await backup();
  const target = await newPlace();
  const report = await restore(into(target, { snapshot: before.snapshot }));
  expect(report.erasedAgain).toBe(1);
  expect(await profileOf(target.hub, goes)).toBeNull();
  expect(await profileOf(target.hub, stays)).not.toBeNull();
  expect((await verifyLog(target.hub)).ok).toBe(true);
  for (const file of files(dir)) {
    const bytes = file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file);
    expect({ file, found: /去る 人|goes@example/.test(bytes.toString('utf8')) }).toEqual({
      file,
      found: false,
    });
  }
});

test('a backup that was cut off, changed or is incomplete restores nothing and names the file', async () => {
  const { snapshot } = await backup();
  const folder = join(dir, 'snapshots', snapshot);
  const target = await newPlace();
  const refused = async (message: RegExp) => {
    await expect(restore(into(target))).rejects.toThrow(message);
    const [{ there }] = await target.hub.sql`select to_regclass('event') is not null as there`;
    expect(there).toBe(false);
  };
  const damaged = async (file: string, damage: (path: string) => void, message: RegExp) => {
    const whole = readFileSync(file);
    damage(file);
    await refused(message);
    writeFileSync(file, whole);
  };
  const log = join(folder, 'tables/event.copy.gz');
  await damaged(log, (path) => truncateSync(path, 100), /event\.copy\.gz is cut off: 100 of/);
  await damaged(log, (path) => rmSync(path), /event\.copy\.gz is missing/);
  await damaged(
    join(dir, 'keys/tables/profile.copy.gz'),
    (path) => appendFileSync(path, 'x'),
    /profile.*was changed/,
  );
  const object = files(join(dir, 'objects'))[0];
  const flipped = Buffer.from(readFileSync(object));
  flipped[0] ^= 1;
  await damaged(object, (path) => writeFileSync(path, flipped), /objects\/.*was changed: its SHA-256/);
  const manifest = join(folder, 'manifest.json');
  const forged = readFileSync(manifest, 'utf8').replace(/"people": \d+/, '"people": 0');
  await damaged(
    manifest,
    (path) => writeFileSync(path, forged),
    /changed after the backup: its seal does not fit/,
  );
  await damaged(manifest, (path) => truncateSync(path, 50), /is no manifest of this format/);
  await damaged(manifest, (path) => rmSync(path), /this is no finished backup/);
  expect((await planRestore(into(target))).refused).toEqual([]);
});

test('a restore goes into an empty hub only, and one that was cut off is finished by calling it again', async () => {
  const { position } = await backup();
  const target = await newPlace();
  const broken: ObjectStore = Object.create(target.store, {
    put: { value: () => Promise.reject(new Error('no space left on device')) },
  });
  await expect(restore(into({ hub: target.hub, store: broken }))).rejects.toThrow('no space left');
  const plan = await planRestore(into(target));
  expect(plan).toMatchObject({ refused: [], resumes: false });
  await restore(into(target));
  expect(await restore(into(target))).toMatchObject({ resumes: true, objectsPut: 0, position });

  const occupied = await newPlace();
  await migrate(occupied.hub.sql);
  await newPerson(occupied.hub);
  await expect(restore(into(occupied))).rejects.toThrow("this hub's log holds 2 events already");
});

test('a backup of an earlier release is restored into its own schema, moved on, and the hub goes on', async () => {
  const fresh = await newPlace('5a'.repeat(32));
  execFileSync('tar', ['-xzf', join(import.meta.dirname, 'testing/backup-at-0070.tar.gz'), '-C', dir]);
  const report = await restore(into(fresh, { dir: join(dir, 'backup-at-0070') }));
  expect(report).toMatchObject({ position: 27, sealed: true, lost: [], keys: { position: 27 } });
  const [{ newest }] = await fresh.hub.sql`select max(file) as newest from schema_migration`;
  expect(newest > '0070_backup.sql').toBe(true);
  await newPerson(fresh.hub);
  expect((await verifyLog(fresh.hub)).problem).toBeNull();
});

test('a backup older than what NATS has seen, or of another course, is refused', async () => {
  const { position } = await backup();
  const target = await newPlace();
  const ahead = { lastSequence: async () => position + 1, envelope: async () => null };
  await expect(restore(into(target, { published: ahead }))).rejects.toThrow(
    `NATS has seen position ${position + 1}, this backup ends at ${position}`,
  );
  const other = { lastSequence: async () => 2, envelope: async () => ({ hash: '00'.repeat(32) }) };
  await expect(restore(into(target, { published: other }))).rejects.toThrow(
    'what NATS holds at position 2 is not',
  );
  expect((await logHead(target.hub.sql)).position).toBe(0);
  const prefix = {
    lastSequence: async () => 2,
    envelope: async (sequence: number) => (await readEnvelopes(source.hub.sql, sequence - 1, 1))[0],
  };
  expect(await restore(into(target, { published: prefix }))).toMatchObject({ position });
});

test('without the keys it is said what is lost, and only who insists goes on', async () => {
  const { position } = await backup();
  rmSync(join(dir, 'keys'), { recursive: true });
  const target = await newPlace();
  await expect(restore(into(target))).rejects.toThrow(
    /lost for good:\n {2}- there are no keys in .*\n {2}- names and/,
  );
  const report = await restore(into(target, { withoutKeys: true }));
  expect(report.lost.length).toBeGreaterThan(2);
  expect(await profileOf(target.hub, stays)).toBeNull();
  expect(await verifyLog(target.hub)).toMatchObject({ ok: true, log: { events: position } });

  await backup();
  const stranger = await newPlace('77'.repeat(32));
  const plan = await planRestore(into(stranger));
  expect(plan.sealed).toBe(false);
  expect(plan.refused.join()).toContain('the key of this environment is not the one of the backup');
});

test('a folder takes the backups of one hub only, and an object without bytes is reported, not hidden', async () => {
  await backup();
  const other = await newPlace();
  await migrate(other.hub.sql);
  await newPerson(other.hub);
  await expect(backUp({ ...other, dir })).rejects.toThrow('holds backups of another hub');
  const gone = 'd'.repeat(64);
  await source.hub.sql`insert into object (sha256, size, media_type) values (${gone}, 10, 'text/plain')`;
  expect((await backup()).objects.missing).toEqual([gone]);
  expect((await planRestore(into(await newPlace()))).objects.missing).toEqual([gone]);
  await source.hub.sql`delete from object where sha256 = ${gone}`;
});

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
